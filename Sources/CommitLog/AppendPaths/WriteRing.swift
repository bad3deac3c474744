internal import LinuxKernel

/// A ring for the writes of an append path, with the path's memory and its segments' files registered.
///
/// Stretches of bytes go as several writes each, so that a device has more than one to work on, all handed over and
/// waited for with one call. It is made when it is first used, by the thread that uses it.
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

    /// A part of a stretch, where it goes, and how many of its bytes are written.
    @unsafe
    private struct Part {
        let bytes: UnsafeRawBufferPointer
        let position: Int
        var done = 0
    }

    private static let entries = 32
    private static let slotCount = 64
    static let partBytes = 256 * 1024

    private let memory: UnsafeMutableRawBufferPointer
    private var files: Files?
    private var slots = SegmentTable<Slot>(limit: slotCount)
    private var parts: [Part] = unsafe []
    /// Why nothing more is written: writes may be under way that cannot be waited for.
    private var broken: SystemError?

    /// - Parameter memory: What is registered; it stays as long as this.
    init(memory: UnsafeMutableRawBufferPointer) {
        unsafe self.memory = memory
        unsafe parts.reserveCapacity(Self.entries)
    }

    /// Adds a stretch to what is written next; its bytes must stay until then.
    func add(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.partBytes, bytes.count)
            unsafe parts.append(
                Part(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), position: position + start))
            start = end
        }
    }

    /// Writes all that was added; it returns when nothing of it is under way any more.
    ///
    /// - Parameters:
    ///   - file: Opens the segment's file, when it is not registered yet.
    ///   - direct: Whether that is with O_DIRECT.
    func write(
        to segment: Segment, direct: Bool, file: () throws(SystemError) -> OpenFile
    ) throws(SystemError) {
        guard unsafe !parts.isEmpty else { return }
        defer { unsafe parts.removeAll(keepingCapacity: true) }
        try InjectedFaults.check(direct ? .uringWriteDirect : .uringWrite, at: segment.path)
        let files = try openRing()
        let slot = try slot(of: segment, in: files, file)
        var start = 0
        while unsafe start < parts.count {
            let end = unsafe min(start + Self.entries, parts.count)
            try write(start..<end, slot.number, direct, segment.path, files)
            start = end
        }
    }

    private func write(
        _ range: Range<Int>, _ slot: Int, _ direct: Bool, _ path: String, _ files: Files
    ) throws(SystemError) {
        var failure: SystemError?
        for index in range { prepare(index, slot, direct, files) }
        var left = range.count
        while left > 0 {
            try submit(waitingFor: left, files)
            while let completion = files.ring.nextCompletion() {
                let index = Int(completion.token)
                var error = completion.error(call: "io_uring write", path: path)
                if completion.result == 0 {
                    error = .missingBytes("io_uring write of 0 bytes", path: path)
                }
                unsafe parts[index].done += max(0, completion.result)
                let isWhole = unsafe parts[index].done == parts[index].bytes.count
                if isWhole || error.map({ !$0.isTransient }) ?? false {
                    failure = failure ?? error
                    left -= 1
                } else {
                    // Short, or interrupted.
                    prepare(index, slot, direct, files)
                }
            }
        }
        if let failure { throw failure }
    }

    private func prepare(_ index: Int, _ slot: Int, _ direct: Bool, _ files: Files) {
        let part = unsafe parts[index]
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: part.bytes[part.done...])
        let isRegistered = unsafe bytes.baseAddress.map { unsafe memory.contains($0) } ?? false
        let isPlaced = unsafe files.ring.write(
            bytes, buffer: isRegistered ? 0 : nil, to: .slot(slot), at: part.position + part.done, direct: direct,
            token: UInt64(index))
        precondition(isPlaced, "no more are handed over at a time than there are entries")
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
