internal import LinuxKernel

/// Where the kept batches of a segment begin after its front was given up, in a small file beside it:
/// `<base offset>.start`.
///
/// The file is written before the front is given up. A rewritten log file, which begins with that offset, takes the old
/// one's name afterwards; so the offset is found either at the position that the file says, or at the log file's start.
struct SegmentStart: Equatable {
    /// The offset of the first batch.
    var offset: Int64
    /// Its first byte in the log file.
    var position: Int

    static let suffix = ".start"

    private static func path(for segment: Segment) -> String {
        segment.path.dropLast(".log".count) + suffix
    }

    /// Replaces the file, durably.
    func write(for segment: Segment) throws(SystemError) {
        try TextFile.replace(Self.path(for: segment), with: "\(offset) \(position)\n")
    }

    /// What a segment's file says; nil when there is none.
    static func read(for segment: Segment) throws(LogError) -> SegmentStart? {
        try read(at: path(for: segment), above: segment.baseOffset)
    }

    /// What the file at that path, of a segment of that base offset, says; nil when there is none.
    static func read(at path: String, above baseOffset: Int64) throws(LogError) -> SegmentStart? {
        let text = try kernel { () throws(SystemError) in
            try Directory.exists(path) ? try TextFile.read(path) : nil
        }
        guard let text else { return nil }
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let offset = Int64(fields[0]), let position = Int(fields[1]), position >= 0,
            offset >= baseOffset, offset - baseOffset <= Segment.offsetReach
        else {
            throw .incompatible(
                path: path, reason: "it should say the first kept offset and its position, not '\(text.prefix(80))'")
        }
        return SegmentStart(offset: offset, position: position)
    }

    static func remove(for segment: Segment) throws(SystemError) {
        if try Directory.exists(path(for: segment)) { try Directory.unlinkFile(path(for: segment)) }
    }
}
