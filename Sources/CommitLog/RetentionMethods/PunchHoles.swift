internal import LinuxKernel

/// Gives the blocks at the start of one large file back to the file system.
///
/// The start is written down before the hole is made, because a hole that does not end at a batch cannot be told from
/// damage. What somebody still reads is given up like the rest, but punched out only when all of them have gone.
final class PunchHoles: RetentionMethod {
    /// What is given up and may still be read, by those who hold the pin or that of an earlier hole.
    private struct Hole {
        let segment: Segment
        var pin: Segment.Pin
        let range: Range<Int>
    }

    private var waiting: [Hole] = []
    /// Whether there was a hole since the log was opened: what waited when it was closed goes with the first one.
    private var hasBegun = false

    override var rollsSegments: Bool { false }

    override func catchUp() throws(LogError) {
        while !waiting.isEmpty, isKnownUniquelyReferenced(&waiting[0].pin) {
            try punch(waiting[0].range, of: waiting[0].segment)
            waiting.removeFirst()
        }
    }

    override func drop(_ byteCount: Int, from log: PartitionLog) throws(LogError) -> Int {
        // Positions have 32 bits, so even this log begins another file some time; the older one is then given up whole.
        if log.segments.count > 1 { return try log.removeOldestSegment() }
        let segment = log.segments[0]
        guard let kept = try log.start(behind: byteCount, in: segment) else { return 0 }
        let old = segment.start
        let range = (hasBegun ? old : 0)..<kept.position
        try catchUp()
        try kernel { () throws(SystemError) in try kept.write(for: segment) }
        if waiting.isEmpty, !segment.isRead {
            try punch(range, of: segment)
        } else {
            waiting.append(Hole(segment: segment, pin: segment.changePin(), range: range))
        }
        hasBegun = true
        log.dropFront(of: segment, upTo: kept)
        return kept.position - old
    }

    private func punch(_ range: Range<Int>, of segment: Segment) throws(LogError) {
        try kernel { () throws(SystemError) in
            try Self.punch(segment.open().file, from: range.lowerBound, to: range.upperBound)
        }
    }

    /// Frees whole blocks; the rest of the last one goes with the next hole.
    static func punch(_ file: borrowing File, from: Int, to: Int) throws(SystemError) {
        let blockSize = 4096
        let start = from / blockSize * blockSize
        let end = to / blockSize * blockSize
        if end > start { try file.punchHole(at: start, byteCount: end - start) }
    }
}
