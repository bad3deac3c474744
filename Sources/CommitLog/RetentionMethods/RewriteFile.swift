internal import LinuxKernel

/// Copies what is kept into a new file that then takes the old one's name: what a log without segments
/// would have to do.
///
/// The copy is made durable and renamed, because a copy within the same file could lose acknowledged
/// records in a crash.
final class RewriteFile: RetentionMethod {
    static let suffix = ".rewrite"

    override var rollsSegments: Bool { false }

    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        // Positions have 32 bits, so even this log begins another file some time; the older one is then given up whole.
        if log.segments.count > 1 { return try log.removeOldestSegment() }
        let segment = log.segments[0]
        guard let kept = try log.start(behind: byteCount, in: segment) else { return 0 }
        let dropped = kept.position - segment.start
        let aside = segment.path + Self.suffix
        do throws(LogError) {
            let end = try kernel { () throws(SystemError) in try Self.copy(segment, from: kept.position, to: aside) }
            guard end == segment.end else {
                throw .damaged(path: segment.path, position: end, reason: "the file ends before the log")
            }
            try kernel { () throws(SystemError) in try kept.write(for: segment) }
        } catch {
            // The log stays as it was; half a copy only takes space.
            try kernel { () throws(SystemError) in
                if try Directory.exists(aside) { try Directory.unlinkFile(aside) }
            }
            throw error
        }
        try kernel { () throws(SystemError) in try segment.keepOpen() }
        do throws(SystemError) {
            try Directory.rename(aside, to: segment.path)
            // Both names have to last: appends from here on go to the new file only.
            try Directory.sync(log.directory)
            let rewritten = try Segment(
                directory: log.directory, baseOffset: segment.baseOffset, layout: segment.layout, access: .readWrite,
                descriptors: log.descriptors)
            // Found out now, while it can still be said.
            _ = try rewritten.open()
            rewritten.adopt(segment, from: kept)
            log.replaceOnlySegment(with: rewritten)
        } catch {
            // Which of the two files has the name is not known, so nothing may be appended to either.
            log.ledger.fail(error)
            throw .offline(path: log.directory, cause: error)
        }
        return dropped
    }

    /// Copies what the log has from a position on, durably.
    ///
    /// - Returns: Where it ended: before the segment's end only if the file does.
    private static func copy(_ segment: Segment, from start: Int, to path: String) throws(SystemError) -> Int {
        let buffer = AlignedBuffer(byteCount: 1 << 20)
        let copy = try File(path, .replace)
        let pin = try segment.open()
        var position = start
        while position < segment.end {
            let count = unsafe min(buffer.bytes.count, segment.end - position)
            let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
            let read = unsafe try pin.file.readAll(into: piece, at: position)
            unsafe try copy.writeAll(UnsafeRawBufferPointer(rebasing: piece[..<read]), at: position - start)
            position += read
            if read < count { break }
        }
        try copy.dataSync()
        return position
    }
}
