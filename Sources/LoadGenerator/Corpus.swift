internal import LinuxKernel

/// The lines of a text, such as JSON records or a server's log, to be sent as records.
@safe
package final class Corpus: Sendable {
    /// Beyond this a corpus says nothing more about compression, but takes memory.
    package static let byteLimit = 64 << 20

    private let text: [UInt8]
    private let lines: [Range<Int>]

    /// Reads a file of lines; empty ones are left out.
    ///
    /// - Throws: `LoadError.unsupported` for a file without a line, or one that is too large; `SystemError`.
    package init(path: String) throws {
        let file = try File(path, .readOnly)
        let length = try file.size().length
        guard length <= Self.byteLimit else {
            throw LoadError.unsupported("\(path) has \(length) bytes; a corpus has at most \(Self.byteLimit)")
        }
        var text = [UInt8](repeating: 0, count: length)
        let count = try unsafe text.withUnsafeMutableBytes { unsafe try file.readAll(into: $0, at: 0) }
        var lines: [Range<Int>] = []
        var start = 0
        for index in 0...count where index == count || text[index] == UInt8(ascii: "\n") {
            if index > start { lines.append(start..<index) }
            start = index + 1
        }
        guard !lines.isEmpty else { throw LoadError.unsupported("\(path) has no line that could be a record") }
        self.text = text
        self.lines = lines
    }

    package var lineCount: Int { lines.count }

    /// The bytes of the record that a line makes, its stamp included.
    func recordByteCount(ofLine line: Int) -> Int { lines[line].count + RecordStamp.byteCount }

    /// The sizes of the records that the lines make, stamps included.
    package var recordByteCounts: [Int] { lines.map { $0.count + RecordStamp.byteCount } }

    /// Copies a line behind the place of the stamp.
    func copy(line: Int, to value: UnsafeMutableRawBufferPointer) {
        unsafe text.withUnsafeBytes { text in
            unsafe UnsafeMutableRawBufferPointer(rebasing: value[RecordStamp.byteCount...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: text[lines[line]]))
        }
    }
}
