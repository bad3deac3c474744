internal import LinuxKernel

extension Segment {
    /// How the name of a file begins, behind the log file's name, that keeps bytes which a recovery cut; the position in
    /// the log file follows, from which on they lay there. No log is opened from it, and no start removes it.
    static let cutMark = ".cut-at-"

    private static let pieceByteCount = 1 << 16

    /// Copies bytes of the log file to a file beside it, durably.
    ///
    /// - Returns: The file's path.
    func setAside(_ ranges: [Range<Int>], position: Int) throws(SystemError) -> String {
        let kept = try freeName(position)
        try copy(ranges, to: kept)
        return kept
    }

    /// Takes the whole log file out of the log and keeps it beside it; the indexes go.
    ///
    /// - Returns: Its new path.
    func setAsideWhole() throws(SystemError) -> String {
        let kept = try freeName(0)
        try keepOpen()
        try Directory.rename(path, to: kept)
        try removeIndexes()
        try SegmentStart.remove(for: self)
        try Directory.sync(directory)
        return kept
    }

    /// Makes the log file of the segment that begins with the batch at a position, from the bytes from there on. Both
    /// have them until this one is cut.
    func copyTail(from position: Int, to path: String) throws(SystemError) {
        try copy([position..<(try length())], to: path)
    }

    /// Copies durably; pieces of zeros become holes.
    private func copy(_ ranges: [Range<Int>], to path: String) throws(SystemError) {
        let aside = path + ".tmp"
        do throws(SystemError) {
            let file = try File(aside, .replace)
            let pin = try open()
            let buffer = AlignedBuffer(byteCount: Self.pieceByteCount)
            var target = 0
            for range in ranges {
                var position = range.lowerBound
                while position < range.upperBound {
                    let wanted = min(Self.pieceByteCount, range.upperBound - position)
                    let count = unsafe try pin.file.readAll(
                        into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<wanted]), at: position)
                    guard count > 0 else { break }
                    let piece = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
                    if unsafe !piece.allSatisfy({ $0 == 0 }) { unsafe try file.writeAll(piece, at: target) }
                    position += count
                    target += count
                }
            }
            try file.sync()
        } catch {
            // Half a copy only takes space.
            try? Directory.unlinkFile(aside)
            throw error
        }
        try Directory.rename(aside, to: path)
        try Directory.sync(directory)
    }

    private func freeName(_ position: Int) throws(SystemError) -> String {
        let first = path + Self.cutMark + String(position)
        var name = first
        var number = 1
        while try Directory.exists(name) {
            number += 1
            name = "\(first).\(number)"
        }
        return name
    }

    private var directory: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
}
