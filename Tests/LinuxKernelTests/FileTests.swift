import Glibc
import LinuxKernel
import Testing

@Suite("Files")
struct FileTests {
    @Test("what is written is read back, across the end only as far as there is")
    func roundTrip() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            try file.writeAll(bytes(3_000, of: 1), at: 0)
            try file.writeAll(bytes(1_000, of: 2), at: 3_000)
            #expect(try file.readBack(5_000) == bytes(3_000, of: 1) + bytes(1_000, of: 2))
            #expect(try file.readBack(10, at: 4_000).isEmpty)
            #expect(try file.size().length == 4_000)
        }
    }

    @Test("a file that must be new is not opened over another")
    func createNew() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/data"
            try File(path, .createNew).writeAll(bytes(10), at: 0)
            let error = #expect(throws: SystemError.self) { _ = try File(path, .createNew) }
            #expect(error?.name == "EEXIST")
            #expect(try File(path, .create).size().length == 10)
            #expect(try File(path, .replace).size().length == 0)
        }
    }

    @Test("a hole gives its blocks back, keeps the length and reads as zeros")
    func punchHole() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            let block = 1 << 16
            try file.writeAll(bytes(4 * block), at: 0)
            try file.dataSync()
            let full = try file.size()
            try file.punchHole(at: block, byteCount: 2 * block)
            let holed = try file.size()
            #expect(holed.length == full.length)
            #expect(holed.allocated <= full.allocated - 2 * block)
            #expect(try file.readBack(4 * block) == bytes(block) + bytes(2 * block, of: 0) + bytes(block))
        }
    }

    @Test("allocating takes blocks and moves the end")
    func allocate() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            try file.allocate(at: 0, byteCount: 1 << 20)
            #expect(try file.size() == (1 << 20, 1 << 20) || file.size().allocated > 1 << 20)
            #expect(try file.readBack(16) == bytes(16, of: 0))
            try file.truncate(to: 5)
            #expect(try file.size().length == 5)
        }
    }

    @Test("the state of the page cache follows writing, syncing and dropping")
    func cacheState() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/data"
            let file = try File(path, .createNew)
            try file.writeAll(bytes(1 << 20), at: 0)
            let written: File.CacheState
            do {
                written = try file.cacheState()
            } catch let error as SystemError where error.code == ENOSYS {
                // Before Linux 6.5 there is nothing to ask.
                return
            }
            let pages = UInt64((1 << 20) / ProcessHandle.pageSize)
            #expect(written.cachedPages == pages)
            try file.dataSync()
            #expect(try file.cacheState().dirtyPages == 0)
            try file.advise(.dontNeed)
            let dropped = try file.cacheState()
            #expect(dropped.dirtyPages == 0)
            // A file system in memory has nowhere to drop its pages to.
            let fileSystem = try Directory.fileSystem(at: path)
            if fileSystem.type != 0x0102_1994 { #expect(dropped.cachedPages == 0) }
            #expect(try file.readBack(1 << 20).count == 1 << 20)
            #expect(try file.cacheState().cachedPages == pages)
        }
    }

    @Test("direct I/O works at the alignment that the file system tells, and not beside it")
    func direct() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/data"
            try File(path, .createNew).writeAll(bytes(8_192, of: 1), at: 0)
            let (memory, position) = try File(path, .readOnly).directAlignment()
            // Zeros: this file system has no direct I/O, or does not tell.
            guard memory > 0, position > 0 else { return }
            #expect(memory & (memory - 1) == 0)
            #expect(position & (position - 1) == 0)
            let file = try File(path, .readWrite, options: .direct)
            let buffer = AlignedBuffer(byteCount: 8_192, alignment: 4_096)
            unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 9)
            let before = CallCounters.ofThread()
            let aligned = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[..<4_096])
            unsafe try file.writeAll(aligned, at: 4_096)
            #expect((CallCounters.ofThread() - before).bytes(.pwriteDirect) == 4_096)
            #expect(try File(path, .readOnly).readBack(8_192) == bytes(4_096, of: 1) + bytes(4_096, of: 9))
            let error = #expect(throws: SystemError.self) { unsafe try file.writeAll(aligned, at: 1) }
            #expect(error?.name == "EINVAL")
        }
    }

    @Test("a lock has one holder, and ends with it")
    func lock() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/.lock"
            let second = try File(path, .create)
            do {
                let first = try File(path, .create)
                #expect(try first.tryLock())
                #expect(try first.tryLock(), "taking one's own lock again is no conflict")
                #expect(try !second.tryLock())
            }
            #expect(try second.tryLock())
        }
    }
}
