internal import LinuxKernel

/// What the ways of `MemoryStateCatalog` do.
enum MemoryStates {
    /// What a leg takes beside what it writes: processes, sockets, pools of payload.
    private static let slack = 256 << 20
    /// What is never used up, so that no other program is driven out.
    private static let reserve = 512 << 20

    private static func memory(_ line: String) throws(SystemError) -> Int {
        Int(ProcText(try TextFile.read("/proc/meminfo")).bytes(line) ?? 0)
    }

    /// - Returns: The bytes to be held.
    static func suit(_ need: MemoryNeed) throws -> Int {
        if need.writtenBytes > MemoryReserve.smallestNeed, ReturnedMemory.probe().value?.isTakenBack == true {
            return need.writtenBytes
        }
        try rewrite(need)
        return 0
    }

    static func touch(_ need: MemoryNeed) throws {
        let free = try memory("MemFree") - reserve
        let byteCount = min(need.byteCount + slack, max(0, free))
        // Had for a moment, it is at hand when the leg wants it.
        if byteCount > 0 { _ = try HeldMemory(byteCount: byteCount, .huge) }
    }

    /// It is no larger than what may wait for writeback, since otherwise the device would be what it takes time for; and
    /// than half of what is free, so that a leg that compresses what it writes does not fail for what is done before it.
    static func rewrite(_ need: MemoryNeed) throws {
        let free = try Directory.fileSystem(at: need.directory).freeBytes
        var byteCount = min(need.byteCount, Int(clamping: free / 2))
        if case .value(let limit) = DirtyLimits.background() { byteCount = min(byteCount, Int(clamping: limit)) }
        let path = need.directory + "/rewritten"
        let file = try File(path, .replace)
        // Without its name it is gone as soon as it is closed, whatever ends this.
        try Directory.unlinkFile(path)
        let chunk = AlignedBuffer(byteCount: 1 << 20)
        unsafe chunk.bytes.initializeMemory(as: UInt8.self, repeating: 0x5a)
        for position in stride(from: 0, to: byteCount, by: 1 << 20) {
            unsafe try file.writeAll(UnsafeRawBufferPointer(chunk.bytes), at: position)
        }
    }

    /// The ballast is a file of holes: reading it fills the page cache and costs no disk. It stays between legs, so
    /// that later ones only fill in what has been dropped meanwhile.
    static func fill(_ need: MemoryNeed) throws {
        let keep = need.byteCount + slack + reserve
        let file = try File(need.directory + "/ballast", .create)
        let total = try memory("MemTotal")
        if try file.size().length < total { try file.truncate(to: total) }
        let piece = 32 << 20
        let chunk = AlignedBuffer(byteCount: 1 << 20)
        for start in stride(from: 0, to: total, by: piece) {
            guard try memory("MemFree") > keep + piece else { break }
            let length = min(piece, total - start)
            let pages = UInt64(length / ProcessHandle.pageSize)
            if try file.cacheState(at: start, byteCount: length).cachedPages >= pages { continue }
            for position in stride(from: start, to: start + length, by: 1 << 20) {
                _ = unsafe try file.read(into: chunk.bytes, at: position)
            }
        }
        try touch(need)
    }
}
