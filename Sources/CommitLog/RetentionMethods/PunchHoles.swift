internal import LinuxKernel

/// Gives the blocks at the start of one large file back to the file system.
///
/// The start is written down before the hole is made, because a hole that does not end at a batch cannot be told from
/// damage.
final class PunchHoles: RetentionMethod {
    override var rollsSegments: Bool { false }

    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        // Positions have 32 bits, so even this log begins another file some time; the older one is then given up whole.
        if log.segments.count > 1 { return try log.removeOldestSegment() }
        let segment = log.segments[0]
        guard let kept = try log.start(behind: byteCount, in: segment) else { return 0 }
        let old = segment.start
        try kernel { () throws(SystemError) in
            try kept.write(for: segment)
            try Self.punch(segment.open().file, from: old, to: kept.position)
        }
        log.dropFront(of: segment, upTo: kept)
        return kept.position - old
    }

    /// Frees whole blocks; the rest of the last one goes with the next hole.
    static func punch(_ file: borrowing File, from: Int, to: Int) throws(SystemError) {
        let blockSize = 4096
        let start = from / blockSize * blockSize
        let end = to / blockSize * blockSize
        if end > start { try file.punchHole(at: start, byteCount: end - start) }
    }
}
