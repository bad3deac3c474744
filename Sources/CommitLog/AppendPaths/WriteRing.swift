internal import LinuxKernel

/// A ring for the writes of an append path, with the path's memory and its segments' files registered.
///
/// A stretch of bytes goes as several writes, so that a device has more than one to work on, all handed over and waited for
/// with one call. It is made when it is first used, by the thread that uses it.
@safe
final class WriteRing {
    /// The ring, and the slots of its table of files that no segment has.
    private final class Files {
        var ring: Ring
        var freeSlots = Array((0..<slotCount).reversed())

        init(memory: UnsafeMutableRawBufferPointer) throws(SystemError) {
            ring = try Ring(entries: entries)
            unsafe try ring.register(buffers: [memory])
            try ring.registerFiles(slotCount)
        }
    }

    /// A segment's slot in the table of files, which is empty again when nobody holds this.
    private final class Slot {
        let number: Int
        private let files: Files

        init(_ file: borrowing File, in files: Files) throws(SystemError) {
            let number = files.freeSlots[files.freeSlots.count - 1]
            try files.ring.setFile(file, slot: number)
            files.freeSlots.removeLast()
            self.number = number
            self.files = files
        }

        deinit {
            // A slot that cannot be emptied is filled by the next one.
            try? files.ring.clear(slot: number)
            files.freeSlots.append(number)
        }
    }

    /// A part of a stretch, and how many of its bytes are written.
    private struct Part {
        let start: Int
        let end: Int
        var done = 0
    }

    private static let entries = 32
    private static let slotCount = 64
    static let partBytes = 256 * 1024

    private let memory: UnsafeMutableRawBufferPointer
    private var files: Files?
    private var slots = SegmentTable<Slot>(limit: slotCount)
    private var parts: [Part] = []
    /// Why nothing more is written: writes may be under way that cannot be waited for.
    private var broken: SystemError?

    /// - Parameter memory: What is registered; it stays as long as this.
    init(memory: UnsafeMutableRawBufferPointer) {
        unsafe self.memory = memory
        parts.reserveCapacity(Self.entries)
    }

    /// Writes all bytes; it returns when nothing of them is under way any more.
    ///
    /// - Parameters:
    ///   - file: Opens the segment's file, when it is not registered yet.
    ///   - direct: Whether that is with O_DIRECT.
    func write(
        _ bytes: UnsafeRawBufferPointer, to segment: Segment, at position: Int, direct: Bool,
        file: () throws(SystemError) -> OpenFile
    ) throws(SystemError) {
        try InjectedFaults.check(direct ? .uringWriteDirect : .uringWrite, at: segment.path)
        let files = try openRing()
        let slot = try slot(of: segment, in: files, file)
        let isRegistered = unsafe bytes.baseAddress.map { unsafe memory.contains($0) } ?? false
        var start = 0
        while start < bytes.count {
            parts.removeAll(keepingCapacity: true)
            while start < bytes.count, parts.count < Self.entries {
                parts.append(Part(start: start, end: min(start + Self.partBytes, bytes.count)))
                start = parts[parts.count - 1].end
            }
            unsafe try writeParts(
                of: bytes, buffer: isRegistered ? 0 : nil, slot.number, position, direct, segment.path, files)
        }
    }

    private func writeParts(
        of bytes: UnsafeRawBufferPointer, buffer: Int?, _ slot: Int, _ position: Int, _ direct: Bool, _ path: String,
        _ files: Files
    ) throws(SystemError) {
        var failure: SystemError?
        for index in parts.indices { unsafe prepare(index, bytes, buffer, slot, position, direct, files) }
        var left = parts.count
        while left > 0 {
            try submit(waitingFor: left, files)
            while let completion = files.ring.nextCompletion() {
                let index = Int(completion.token)
                var error = completion.error(call: "io_uring write", path: path)
                if completion.result == 0 {
                    error = SystemError(call: "io_uring write of 0 bytes", path: path, code: 5)
                }
                parts[index].done += max(0, completion.result)
                let isWhole = parts[index].start + parts[index].done == parts[index].end
                if isWhole || error.map({ !$0.isTransient }) ?? false {
                    failure = failure ?? error
                    left -= 1
                } else {
                    // Short, or interrupted.
                    unsafe prepare(index, bytes, buffer, slot, position, direct, files)
                }
            }
        }
        if let failure { throw failure }
    }

    private func prepare(
        _ index: Int, _ bytes: UnsafeRawBufferPointer, _ buffer: Int?, _ slot: Int, _ position: Int, _ direct: Bool,
        _ files: Files
    ) {
        let part = parts[index]
        let from = part.start + part.done
        let isPlaced = unsafe files.ring.write(
            UnsafeRawBufferPointer(rebasing: bytes[from..<part.end]), buffer: buffer, to: .slot(slot),
            at: position + from, direct: direct, token: UInt64(index))
        precondition(isPlaced, "there are no more parts than entries")
    }

    private func submit(waitingFor count: Int, _ files: Files) throws(SystemError) {
        do throws(SystemError) {
            try files.ring.submit(waitingFor: count)
        } catch {
            broken = error
            throw error
        }
    }

    private func openRing() throws(SystemError) -> Files {
        if let broken { throw broken }
        if let files { return files }
        let made = try unsafe Files(memory: memory)
        files = made
        return made
    }

    private func slot(
        of segment: Segment, in files: Files, _ file: () throws(SystemError) -> OpenFile
    ) throws(SystemError) -> Slot {
        if let slot = slots.resource(for: segment) { return slot }
        slots.makeRoom(for: segment)
        let slot = try Slot(file().file, in: files)
        slots.keep(slot, for: segment)
        return slot
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func contains(_ address: UnsafeRawPointer) -> Bool {
        guard let start = baseAddress else { return false }
        return unsafe address >= UnsafeRawPointer(start) && address < UnsafeRawPointer(start + count)
    }
}
