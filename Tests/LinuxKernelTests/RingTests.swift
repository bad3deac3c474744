import LinuxKernel
import Testing

@Suite("Rings")
struct RingTests {
    /// Takes completions until all that was submitted has ended; results by token.
    private func results(of ring: inout Ring) throws -> [UInt64: Int] {
        var results: [UInt64: Int] = [:]
        while ring.inFlight > 0 {
            while let completion = ring.nextCompletion() { results[completion.token] = completion.result }
            if ring.inFlight > 0 { try ring.submit(waitingFor: 1) }
        }
        return results
    }

    /// A ring cannot be copied into an expectation.
    private func placed(_ isPlaced: Bool, _ location: SourceLocation = #_sourceLocation) {
        #expect(isPlaced, sourceLocation: location)
    }

    @Test("several writes from registered memory to a registered file go with one call, and are read back")
    func batch() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            let memory = AlignedBuffer(byteCount: 1 << 16)
            unsafe memory.bytes.initializeMemory(as: UInt8.self, repeating: 3)
            var ring = try Ring(entries: 8)
            unsafe try ring.register(buffers: [memory.bytes])
            try ring.registerFiles(2)
            try ring.setFile(file, slot: 1)
            let before = CallCounters.ofThread()
            for number in 0..<4 {
                let piece = unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[..<10_000])
                placed(
                    unsafe ring.write(piece, buffer: 0, to: .slot(1), at: number * 10_000, token: UInt64(number)))
            }
            #expect(try ring.submit(waitingFor: 4) == 4)
            #expect(try results(of: &ring) == [0: 10_000, 1: 10_000, 2: 10_000, 3: 10_000])
            let counted = CallCounters.ofThread() - before
            #expect(counted.calls(.uringWrite) == 4)
            #expect(counted.bytes(.uringWrite) == 40_000)
            #expect(counted.calls(.uringEnter) == 1)
            #expect(try file.readBack(50_000) == bytes(40_000, of: 3))
        }
    }

    @Test("operations are prepared up to the ring's size; with none, and none to wait for, there is no call")
    func capacity() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            var ring = try Ring(entries: 2)
            #expect(try ring.submit() == 0)
            placed(ring.sync(Ring.Target(file), dataOnly: true, token: 0))
            placed(ring.sync(Ring.Target(file), dataOnly: false, token: 1))
            placed(!ring.sync(Ring.Target(file), dataOnly: true, token: 2))
            #expect(try ring.submit(waitingFor: 2) == 2)
            #expect(try results(of: &ring) == [0: 0, 1: 0])
        }
    }

    @Test("a flush that is linked behind a write that fails does not run")
    func linked() throws {
        let full = try File("/dev/full", .readWrite)
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            let data = AlignedBuffer(byteCount: 4096)
            let whole = unsafe UnsafeRawBufferPointer(data.bytes)
            var ring = try Ring(entries: 4)
            placed(unsafe ring.write(whole, to: Ring.Target(full), at: 0, .linked, token: 1))
            placed(ring.sync(Ring.Target(file), dataOnly: true, token: 2))
            placed(unsafe ring.write(whole, to: Ring.Target(file), at: 0, .linked, token: 3))
            placed(ring.sync(Ring.Target(file), dataOnly: true, token: 4))
            try ring.submit(waitingFor: 4)
            let results = try results(of: &ring)
            #expect(results[1] == -28, "ENOSPC")
            #expect(results[2] == -125, "ECANCELED")
            #expect(results[3] == 4096)
            #expect(results[4] == 0)
        }
    }

    @Test("an empty slot is an error of the operation, and a slot can be used again")
    func slots() throws {
        try withTemporaryDirectory { directory in
            let data = AlignedBuffer(byteCount: 16)
            var ring = try Ring(entries: 4)
            try ring.registerFiles(1)
            func size(after name: String) throws -> Int? {
                let file = try File(directory + "/" + name, .createNew)
                try ring.setFile(file, slot: 0)
                placed(unsafe ring.write(UnsafeRawBufferPointer(data.bytes), to: .slot(0), at: 0, token: 9))
                try ring.submit(waitingFor: 1)
                _ = try results(of: &ring)
                return try file.size().length
            }
            #expect(try size(after: "a") == 16)
            #expect(try size(after: "b") == 16)
            try ring.clear(slot: 0)
            placed(unsafe ring.write(UnsafeRawBufferPointer(data.bytes), to: .slot(0), at: 0, token: 9))
            try ring.submit(waitingFor: 1)
            #expect(try results(of: &ring)[9] == -9, "EBADF")
        }
    }
}

@Suite("Pieces of memory")
struct PiecesTests {
    @Test("pieces are written in their order with one call, and adjacent ones are one", arguments: [false, true])
    func pieces(uncached: Bool) throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            let data: [UInt8] = (0..<200).map { UInt8($0) }
            var pieces = File.Pieces()
            try unsafe data.withUnsafeBytes { all in
                unsafe pieces.append(UnsafeRawBufferPointer(rebasing: all[100..<150]))
                unsafe pieces.append(UnsafeRawBufferPointer(rebasing: all[150..<200]))
                unsafe pieces.append(UnsafeRawBufferPointer(rebasing: all[0..<20]))
                #expect(pieces.count == 2 && pieces.byteCount == 120)
                do {
                    try file.writeAll(&pieces, at: 7, uncached: uncached)
                } catch let error as SystemError where uncached && error.name == "EOPNOTSUPP" {
                    return
                }
                #expect(try file.readBack(300, at: 7) == Array(data[100...]) + Array(data[..<20]))
            }
            #expect(pieces.byteCount == 0)
        }
    }
}
