package import Foundation

/// Appends legs to a run's `samples.csv`, which is also the point a broken-off run resumes from: a row stands in the
/// file whole, or the next opening drops it.
package final class SamplesFile {
    /// What opening an existing file for more found in it.
    package struct Opened {
        package var file: SamplesFile
        /// The legs that stand in the file already.
        package var samples: [Sample]
        /// What was dropped from the end, for the user to read; nil if nothing was.
        package var notice: String?
    }

    private let url: URL
    private let schema: SamplesSchema
    private let handle: FileHandle

    private init(url: URL, schema: SamplesSchema, handle: FileHandle) {
        self.url = url
        self.schema = schema
        self.handle = handle
    }

    deinit { try? handle.close() }

    /// Makes a new file with its header.
    ///
    /// - Throws: ``ResultsError`` if the file exists already or cannot be written.
    package static func create(at url: URL, schema: SamplesSchema) throws(ResultsError) -> SamplesFile {
        do {
            try Data((CommaSeparated.row(schema.header) + "\n").utf8).write(to: url, options: .withoutOverwriting)
            let handle = try FileHandle(forUpdating: url)
            try handle.seekToEnd()
            return SamplesFile(url: url, schema: schema, handle: handle)
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }

    /// Opens the file of a broken-off run for more rows. A last line that lacks its line end was torn by the
    /// interruption: it is cut off and ``Opened/notice`` says so. Any other fault is an error.
    ///
    /// - Throws: ``ResultsError`` naming file, line and column.
    package static func resume(at url: URL, schema: SamplesSchema) throws(ResultsError) -> Opened {
        let data = try Data(results: url)
        guard let lastLineEnd = data.lastIndex(of: UInt8(ascii: "\n")) else {
            throw ResultsError(
                path: url.path, line: 1, problem: "the file has no complete header",
                remedy: "delete it, or run without --resume")
        }
        let whole = data[...lastLineEnd]
        let torn = data.count - whole.count
        let (samples, _) = try parse(whole, path: url.path, expecting: schema)
        do {
            let handle = try FileHandle(forUpdating: url)
            try handle.truncate(atOffset: UInt64(whole.count))
            try handle.seekToEnd()
            let line = whole.count { $0 == UInt8(ascii: "\n") } + 1
            return Opened(
                file: SamplesFile(url: url, schema: schema, handle: handle), samples: samples,
                notice: torn == 0
                    ? nil
                    : "\(url.path):\(line): dropped a last line of \(torn) bytes that was cut short; its leg runs again"
            )
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }

    /// Adds a leg's row with a single write. If the disk is full or the write fails, the file keeps its
    /// rows and no part of this one.
    package func append(_ sample: Sample) throws(ResultsError) {
        do {
            let end = try handle.offset()
            do {
                try handle.write(contentsOf: Data((CommaSeparated.row(schema.row(sample)) + "\n").utf8))
            } catch {
                try handle.truncate(atOffset: end)
                throw error
            }
        } catch {
            throw ResultsError.cannotWrite(url, error)
        }
    }

    /// All legs of a finished or broken-off run.
    ///
    /// - Parameter schema: what the header must be; nil accepts the axes that the file names and any known metrics.
    /// - Throws: ``ResultsError`` naming file, line and column for a header that does not fit, a row with too few or
    ///   too many fields, a number that is not one, or a last line that was cut short.
    package static func read(
        _ url: URL, expecting schema: SamplesSchema? = nil
    ) throws(ResultsError) -> (samples: [Sample], schema: SamplesSchema) {
        let data = try Data(results: url)
        if let last = data.last, last != UInt8(ascii: "\n") {
            throw ResultsError(
                path: url.path, line: data.count { $0 == UInt8(ascii: "\n") } + 1,
                problem: "the last line is cut short",
                remedy: "finish the run with `sluice run --resume`, or delete that line")
        }
        return try parse(data, path: url.path, expecting: schema)
    }

    private static func parse(
        _ data: Data, path: String, expecting expected: SamplesSchema?
    ) throws(ResultsError) -> (samples: [Sample], schema: SamplesSchema) {
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ResultsError(
                path: path, problem: "the file is not UTF-8 text", remedy: "it is not a samples file, or it is damaged")
        }
        let rows = try CommaSeparated.parse(text, path: path)
        guard let header = rows.first else {
            throw ResultsError(
                path: path, line: 1, problem: "the file is empty", remedy: "delete it, or run without --resume")
        }
        let schema: SamplesSchema
        if let expected {
            try check(header, against: expected.header, path: path)
            schema = expected
        } else {
            schema = try SamplesSchema(header: header, path: path)
        }
        var samples: [Sample] = []
        for row in rows.dropFirst() { samples.append(try schema.sample(row, path: path)) }
        return (samples, schema)
    }

    private static func check(
        _ header: CommaSeparated.Row, against expected: [String], path: String
    ) throws(ResultsError) {
        guard header.fields != expected else { return }
        let pairs = zip(header.fields, expected)
        let index =
            pairs.enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(header.fields.count, expected.count)
        let found = index < header.fields.count ? "`\(header.fields[index])`" : "nothing"
        let wanted = index < expected.count ? "`\(expected[index])`" : "nothing"
        throw ResultsError(
            path: path, line: 1, column: index + 1, problem: "the header has \(found) where this plan has \(wanted)",
            remedy: "the file belongs to another scenario or version: start a new run")
    }
}

extension ResultsError {
    static func cannotWrite(_ url: URL, _ error: any Error) -> ResultsError {
        ResultsError(
            path: url.path, problem: "cannot write: \(reason(error))",
            remedy: "check that the folder exists, is writable and has room")
    }

    static func cannotRead(_ url: URL, _ error: any Error) -> ResultsError {
        ResultsError(
            path: url.path, problem: "cannot read: \(reason(error))",
            remedy: "check the path; a run's folder is Results/<scenario>/<run id>")
    }

    /// What the kernel said, where Foundation has only a number for it.
    private static func reason(_ error: any Error) -> String {
        guard let kernel = (error as? CocoaError)?.underlying as? POSIXError else { return error.localizedDescription }
        return unsafe String(cString: strerror(kernel.code.rawValue))
    }
}

extension Data {
    /// The contents of a results file.
    init(results url: URL) throws(ResultsError) {
        do {
            self = try Data(contentsOf: url)
        } catch {
            throw ResultsError.cannotRead(url, error)
        }
    }
}
