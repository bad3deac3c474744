import Foundation
import KafkaProtocol
import Testing

/// Frames of other implementations, without their lengths.
enum Fixtures {
    struct Key: Hashable, CustomTestStringConvertible {
        /// `request`, `response` or `extended`.
        var kind: String
        var message: String
        var version: Int16

        var testDescription: String { "\(kind) \(message) \(version)" }
    }

    /// What kafka-python encodes (`Fixtures/make_fixtures.py`).
    static let kafkaPython = frames("kafka-python")

    /// What kcat and librdkafka's mock cluster said to each other (`Fixtures/capture_librdkafka.py`).
    static let librdkafka = frames("librdkafka")

    private static func frames(_ name: String) -> [Key: [UInt8]] {
        let file = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "txt")!
        var frames: [Key: [UInt8]] = [:]
        for line in try! String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.first != "#" {
            let columns = line.split(separator: " ").map(String.init)
            frames[Key(kind: columns[0], message: columns[1], version: Int16(columns[2])!)] = bytes(columns[3])
        }
        return frames
    }

    static func request(_ api: ApiKey, _ version: Int16) -> [UInt8]? {
        kafkaPython[Key(kind: "request", message: "\(api)", version: version)]
    }

    static func response(_ api: ApiKey, _ version: Int16) -> [UInt8]? {
        kafkaPython[Key(kind: "response", message: "\(api)", version: version)]
    }

    static func extended(_ message: String, _ version: Int16) -> [UInt8]? {
        kafkaPython[Key(kind: "extended", message: message, version: version)]
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue!) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// Runs a reader over bytes.
func reading<Result>(
    _ bytes: [UInt8], stillToCome: Int = 0, _ body: (inout WireReader) throws(WireError) -> Result
) throws(WireError) -> Result {
    var outcome: Swift.Result<Result, WireError>!
    unsafe bytes.withUnsafeBytes { buffer in
        var reader = unsafe WireReader(buffer, stillToCome: stillToCome)
        do throws(WireError) {
            outcome = .success(try body(&reader))
        } catch {
            outcome = .failure(error)
        }
    }
    return try outcome.get()
}

/// The bytes that a writer has after some writing.
func written(_ body: (inout WireWriter) throws(WireError) -> Void) throws(WireError) -> [UInt8] {
    var writer = WireWriter(capacity: 16)
    try body(&writer)
    return unsafe writer.withUnsafeBytes { unsafe Array($0) }
}
