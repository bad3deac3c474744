internal import LinuxKernel

/// Batches are received into the segment's own pages: one copy, from the socket to the page cache, and
/// no call to write.
///
/// What it saves in copies it can lose in page faults, of which each new page takes one. The file is allocated as
/// far as it is mapped, because a store to a page that the disk has no room for ends the process; so its length is
/// not the log's end, and what lies behind is cut off when the segment is closed. `Segment.cuts` tells when a
/// mapping may reach beyond the file.
@safe
final class MappedAppendPath: AppendPath {
    private var mappings = SegmentTable<FileMapping>()
    private var room: UnsafeMutableRawBufferPointer?

    override var intake: Intake { .room }

    override func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        let mapping = try mapping(of: segment, from: position, to: position + byteCount)
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: mapping.bytes[position..<position + byteCount])
        unsafe self.room = room
        return unsafe room
    }

    override func lend(
        _ batch: UnsafeMutableRawBufferPointer, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        let room = try unsafe reserve(batch.count, in: segment, at: position)
        unsafe FileMapping.store(UnsafeRawBufferPointer(batch), into: room)
        return unsafe room
    }

    override func commit() {
        unsafe room = nil
    }

    /// The bytes are in the file already, where a recovery would find them.
    override func abandon() {
        guard let room = unsafe room else { return }
        unsafe room.initializeMemory(as: UInt8.self, repeating: 0)
        unsafe self.room = nil
    }

    override func settle() {}

    private func mapping(of segment: Segment, from start: Int, to end: Int) throws(SystemError) -> FileMapping {
        if let mapping = mappings.resource(for: segment), unsafe mapping.bytes.count >= end { return mapping }
        let step = segment.layout.growthBytes
        let page = FileMapping.pageByteCount
        let length = ((end + step - 1) / step * step + page - 1) / page * page
        let pin = try segment.open()
        // Not from the file's start, where holes may have been punched.
        let allocated = start / page * page
        try pin.file.allocate(at: allocated, byteCount: length - allocated)
        let mapping = try FileMapping(pin.file, byteCount: length, isWritable: true)
        mappings.keep(mapping, for: segment)
        return mapping
    }
}
