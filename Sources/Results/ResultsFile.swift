package import Foundation

/// JSON files of a run: indented, keys sorted, replaced in one step.
package enum ResultsFile {
    package static func read<Value: Decodable>(_ type: Value.Type, from url: URL) throws(ResultsError) -> Value {
        let data = try Data(results: url)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw ResultsError(
                path: url.path, problem: "not the JSON that this file should hold: \(explain(error))",
                remedy: "restore the file from the run that wrote it, or run again")
        }
    }

    package static func write(_ value: some Encodable, to url: URL) throws(ResultsError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try (encoder.encode(value) + Data("\n".utf8)).write(to: url, options: .atomic)
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }

    private static func explain(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "the top" : path.map(\.stringValue).joined(separator: ".")
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, let context): "`\(key.stringValue)` is missing at \(place(context.codingPath))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(context.debugDescription) (at \(place(context.codingPath)))"
        default: String(describing: error)
        }
    }
}
