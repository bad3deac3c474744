/// Lines of the form `name: value` or `name value`, as /proc has them in meminfo, status, io and vmstat.
///
/// Anything that is not such a line is skipped: files of /proc gain lines from kernel to kernel.
package struct ProcText: Sendable, Equatable {
    private var values: [Substring: Substring] = [:]

    /// Reads the lines; of lines with the same name the first one counts (in /proc/cpuinfo: the first processor).
    package init(_ text: String, separator: Character = ":") {
        for line in text.split(separator: "\n") {
            guard let mark = line.firstIndex(of: separator) else { continue }
            let name = line[..<mark].trimmed
            if values[name] == nil { values[name] = line[line.index(after: mark)...].trimmed }
        }
    }

    package subscript(name: String) -> Substring? { values[Substring(name)] }

    /// The number that a value starts with.
    package func number(_ name: String) -> UInt64? {
        guard let first = self[name]?.words.first else { return nil }
        return UInt64(first)
    }

    /// A size that is given in kB, as bytes.
    package func bytes(_ name: String) -> UInt64? {
        guard let words = self[name]?.words, words.count == 2, words[1] == "kB", let kib = UInt64(words[0]) else {
            return nil
        }
        return kib * 1024
    }

    /// The number of a line, or which line was missing in which file.
    package func measured(_ name: String, of file: String) -> Measured<UInt64> {
        Measured(number(name), orMissing: "\(file) has no line \(name)")
    }

    /// The bytes of a line in kB, or which line was missing in which file.
    package func measuredBytes(_ name: String, of file: String) -> Measured<UInt64> {
        Measured(bytes(name), orMissing: "\(file) has no line \(name) in kB")
    }
}

extension StringProtocol {
    /// The parts between blanks and tabs.
    var words: [SubSequence] { split { $0 == " " || $0 == "\t" } }

    /// Without white space at either end.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }) else { return self[endIndex...] }
        let last = lastIndex { !$0.isWhitespace } ?? first
        return self[first...last]
    }
}
