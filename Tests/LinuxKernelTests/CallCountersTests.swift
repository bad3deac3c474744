import LinuxKernel
import Synchronization
import Testing

/// Other suites call the kernel at the same time, so only a thread's own counts are exact; for those of the process a
/// lower bound must hold.
@Suite("Call counters")
struct CallCountersTests {
    @Test("each call is counted once, under its own kind")
    func calls() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/data"
            let before = CallCounters.ofThread()
            do {
                let file = try File(path, .createNew)
                try file.writeAll(bytes(100), at: 0)
                _ = try file.readBack(100)
                try file.dataSync()
                try file.writeBack(at: 0, byteCount: 100)
                try file.advise(.dontNeed)
                try file.truncate(to: 50)
            }
            try Directory.rename(path, to: path + "2")
            try Directory.unlinkFile(path + "2")
            let counted = CallCounters.ofThread() - before
            for kind: CallKind in [
                .open, .pwrite, .pread, .fdatasync, .syncFileRange, .fadvise, .truncate, .close, .rename, .unlink,
            ] {
                #expect(counted.calls(kind) == 1, "\(kind)")
            }
            #expect(counted.bytes(.pwrite) == 100)
            #expect(counted.bytes(.pread) == 100)
            #expect(counted.bytes(.fdatasync) == 0)
            #expect(counted.totalCalls == 10)
            #expect(counted.steadyCalls == 10)
        }
    }

    @Test("calls whose number depends on what had arrived are told apart from those that the work decides")
    func steadyCalls() throws {
        let poll = try EventPoll()
        let wake = try WakeEvent()
        let before = CallCounters.ofThread()
        try poll.add(wake, token: 1)
        for _ in 0..<3 { _ = try poll.wait(milliseconds: 0) }
        let counted = CallCounters.ofThread() - before
        #expect(counted.totalCalls == 4)
        #expect(counted.steadyCalls == 1)
    }

    @Test("a failed call is a call that moved nothing")
    func failure() throws {
        let full = try File("/dev/full", .readWrite, options: .dataSynchronous)
        let before = CallCounters.ofThread()
        #expect(throws: SystemError.self) { try full.writeAll(bytes(1 << 20), at: 0) }
        let counted = CallCounters.ofThread() - before
        #expect(counted.calls(.pwrite) == 1)
        #expect(counted.bytes(.pwrite) == 0)
    }

    @Test("what a thread counted stays after its end")
    func threads() throws {
        try withTemporaryDirectory { directory in
            let before = CallCounters.now()
            let threads = try (0..<4).map { index in
                try KernelThread(name: "counting") {
                    guard let file = try? File("\(directory)/\(index)", .createNew) else { return }
                    for turn in 0..<100 { try? file.writeAll(bytes(10), at: turn * 10) }
                }
            }
            for thread in threads { thread.join() }
            let counted = CallCounters.now() - before
            #expect(counted.calls(.pwrite) >= 400)
            #expect(counted.bytes(.pwrite) >= 4_000)
        }
    }

    @Test("what a timed thread takes between its calls is counted, and what it waits in them is not")
    func ownTime() throws {
        let (workNanoseconds, waitNanoseconds) = (UInt64(20_000_000), UInt64(100_000_000))
        let counted = Mutex<[UInt64]>([])
        let inProcess = CallCounters.now().ownNanoseconds
        // A thread that has to wait for a processor takes longer, but not every time.
        for _ in 0..<10 where !counted.withLock({ $0.contains { $0 < workNanoseconds + waitNanoseconds } }) {
            let thread = try KernelThread(name: "timed") {
                guard let poll = try? EventPoll() else { return }
                CallCounters.timeOwnWork()
                let end = MonotonicClock.now() + Int64(workNanoseconds)
                while MonotonicClock.now() < end {}
                _ = try? poll.wait(nanoseconds: Int64(waitNanoseconds))
                counted.withLock { $0.append(CallCounters.ofThread().ownNanoseconds) }
            }
            thread.join()
        }
        let found = counted.withLock { $0 }
        #expect(found.allSatisfy { $0 >= workNanoseconds * 99 / 100 }, "\(found)")
        #expect(found.contains { $0 < workNanoseconds + waitNanoseconds }, "\(found)")
        // What a thread took stays after its end.
        #expect(CallCounters.now().ownNanoseconds - inProcess >= found.reduce(0, +) * 99 / 100)
    }

    @Test("a wrapper's call is one system call, by the kernel's own count")
    func kernelAgrees() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            /// What the kernel counted for this thread alone, so that other tests do not matter.
            func kernel() throws -> [Substring: Int] {
                var numbers: [Substring: Int] = [:]
                for line in try TextFile.read("/proc/thread-self/io").split(separator: "\n") {
                    let words = line.split(separator: " ")
                    numbers[words[0]] = Int(words[1])
                }
                return numbers
            }
            let wrappersBefore = CallCounters.ofThread()
            let kernelBefore = try kernel()
            for index in 0..<200 { try file.writeAll(bytes(64), at: index * 64) }
            for index in 0..<100 { _ = try file.readBack(64, at: index * 64) }
            let kernelAfter = try kernel()
            let wrappers = CallCounters.ofThread() - wrappersBefore
            func counted(_ name: Substring) throws -> Int {
                try #require(kernelAfter[name]) - (try #require(kernelBefore[name]))
            }
            #expect(try counted("syscw:") == 200)
            #expect(try counted("wchar:") == 200 * 64)
            // The first reading of the kernel's counts is itself two reads: the text, and its end.
            #expect(try counted("syscr:") == 100 + 2)
            #expect(wrappers.calls(.pwrite) == 200)
            #expect(wrappers.calls(.pread) == 100 + 2 * 2)
        }
    }

    @Test("kinds have their own column names, and payload goes one way only")
    func names() {
        #expect(CallKind.pwriteDirect.columnName == "pwrite_direct")
        #expect(CallKind.syncFileRange.columnName == "sync_file_range")
        #expect(Set(CallKind.allCases.map(\.columnName)).count == CallKind.allCases.count)
        #expect(CallKind.pwrite.movement == .copied)
        #expect(CallKind.pwriteDirect.movement == .direct)
        #expect(CallKind.sendfile.movement == .moved)
        #expect(CallKind.fsync.movement == .none)
        var none = CallCounters()
        none = none - none
        #expect(none.bytes(.copied) == 0)
        #expect(none.totalCalls == 0)
    }
}
