internal import LinuxKernel

/// Where the kept bytes of a segment begin, in a small file beside it: `<base offset>.start`.
struct SegmentStart: Equatable {
    var offset: Int64
    var position: Int

    private static func path(for segment: Segment) -> String {
        segment.path.dropLast(".log".count) + ".start"
    }

    /// Replaces the file, durably.
    func write(for segment: Segment) throws(SystemError) {
        try TextFile.replace(Self.path(for: segment), with: "\(offset) \(position)\n")
    }

    /// What the file says; nil when there is none. A file that says something else is taken as none: the scan decides then.
    static func read(for segment: Segment) throws(SystemError) -> SegmentStart? {
        let path = path(for: segment)
        guard try Directory.exists(path) else { return nil }
        let fields = try TextFile.read(path).split(whereSeparator: \.isWhitespace)
        guard fields.count == 2, let offset = Int64(fields[0]), let position = Int(fields[1]),
            offset >= segment.baseOffset, position >= 0
        else { return nil }
        return SegmentStart(offset: offset, position: position)
    }

    static func remove(for segment: Segment) throws(SystemError) {
        if try Directory.exists(path(for: segment)) { try Directory.unlinkFile(path(for: segment)) }
    }
}
