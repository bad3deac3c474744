internal import LinuxKernel

/// Gives the blocks at the start of one large file back to the file system.
///
/// The start is written down before the hole is made, because a hole that does not end at a batch cannot be told from
/// damage.
final class PunchHoles: RetentionMethod {
    override var rollsSegments: Bool { false }

    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        let segment = log.segments[0]
        guard let boundary = try log.batch(behind: byteCount, in: segment) else { return 0 }
        try kernel { () throws(SystemError) in
            try SegmentStart(offset: boundary.baseOffset, position: boundary.position).write(for: segment)
            // Blocks can only be freed whole; the rest of the last one goes with the next hole.
            let blockSize = 4096
            let from = segment.start / blockSize * blockSize
            let to = boundary.position / blockSize * blockSize
            if to > from { try segment.file.punchHole(at: from, byteCount: to - from) }
        }
        let dropped = boundary.position - segment.start
        segment.dropFront(upTo: boundary.position)
        log.logStartOffset = boundary.baseOffset
        return dropped
    }
}
