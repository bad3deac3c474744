internal import LinuxKernel

/// Copies what is kept into a new file that then takes the old one's name: what a log without segments would have to do.
///
/// The copy is made durable and renamed, because a copy within the same file could lose acknowledged records in a crash.
final class RewriteFile: RetentionMethod {
    override var rollsSegments: Bool { false }

    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        let segment = log.segments[0]
        guard let boundary = try log.batch(behind: byteCount, in: segment) else { return 0 }
        let rewritten = try kernel { () throws(SystemError) in
            try Self.rewrite(segment, from: boundary.position, indexInterval: log.configuration.indexIntervalBytes)
        }
        let dropped = boundary.position - segment.start
        log.replaceActiveSegment(with: rewritten)
        log.logStartOffset = boundary.baseOffset
        return dropped
    }

    private static func rewrite(
        _ segment: Segment, from position: Int, indexInterval: Int
    ) throws(SystemError) -> Segment {
        let asidePath = segment.path + ".rewrite"
        let buffer = AlignedBuffer(byteCount: 1 << 20)
        let aside = try File(asidePath, .replace)
        var copied = 0
        while position + copied < segment.end {
            let count = unsafe min(buffer.bytes.count, segment.end - position - copied)
            let piece = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
            let read = unsafe try segment.file.readAll(into: piece, at: position + copied)
            unsafe try aside.writeAll(UnsafeRawBufferPointer(rebasing: piece[..<read]), at: copied)
            guard read > 0 else { break }
            copied += read
        }
        try aside.dataSync()
        try Directory.rename(asidePath, to: segment.path)
        let rewritten = try Segment(
            directory: String(segment.path.dropLast(Segment.fileStem(segment.baseOffset).count + ".log".count + 1)),
            baseOffset: segment.baseOffset, layout: segment.layout, access: .readWrite)
        rewritten.shift(from: segment, by: position)
        return rewritten
    }
}
