import Foundation
import Glibc
import LinuxKernel
import Measurement
import Testing

/// Probes on this very machine: only what must hold on any is expected.
@Suite("Probes", .serialized)
struct ProbeTests {
    @Test("the kernel's own count of writes agrees with the wrappers' count")
    func callsAgreeWithKernel() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            let probe = try ResourceProbe.start()
            for index in 0..<64 {
                unsafe try file.writeAll([UInt8](repeating: 7, count: 1000).span.bytes, at: index * 1000)
            }
            let usage = try probe.finish()
            let calls = try #require(usage.calls)
            #expect(calls.calls(.pwrite) >= 64)
            #expect(calls.bytes(.pwrite) >= 64_000)
            // Other tests of this process may write meanwhile, through the wrappers or not: neither may miss ours.
            if let io = usage.io.value {
                #expect(io.writeCalls >= 64)
                #expect(io.writtenCharacters >= 64_000)
            }
        }
    }

    @Test("work shows as CPU time, and touched memory as faults and peak memory")
    func usage() throws {
        let probe = try ResourceProbe.start()
        let memory = AlignedBuffer(byteCount: 64 << 20)
        unsafe memory.bytes.initializeMemory(as: UInt8.self, repeating: 1)
        let deadline = MonotonicClock.now() + 30_000_000
        var turns: UInt64 = 0
        while MonotonicClock.now() < deadline { turns &+= 1 }
        let usage = try probe.finish()
        #expect(turns > 0)
        #expect(usage.elapsedNanoseconds >= 30_000_000)
        #expect(usage.cpuNanoseconds > 1_000_000)
        #expect(usage.userNanoseconds + usage.systemNanoseconds > 1_000_000)
        #expect(usage.minorFaults > 0)
        if let peak = usage.peakResidentBytes.value { #expect(peak >= 64 << 20) }
    }

    @Test(
        "what the kernel's threads do for a ring is told apart from the rest",
        .enabled(if: Ring.objection() == nil, "io_uring cannot be used here: \(Ring.objection() ?? "")"))
    func ringWorkers() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            var ring = try Ring(entries: 1)
            let probe = try ResourceProbe.start()
            for index in 0..<20 {
                unsafe try file.writeAll([UInt8](repeating: 7, count: 100_000).span.bytes, at: index * 100_000)
                // A flush waits, so no ring does it by itself.
                let isPlaced = ring.sync(Ring.Target(file), dataOnly: true, token: 0)
                #expect(isPlaced)
                try ring.submit(waitingFor: 1)
                _ = ring.nextCompletion()
            }
            let usage = try probe.finish()
            let used = try #require(usage.ringWorkerNanoseconds.value)
            #expect(used > 0)
            #expect(used < usage.cpuNanoseconds)
        }
    }

    @Test("another process's accounts are read, and one that is gone is an error")
    func otherProcess() throws {
        let child = Process()
        child.executableURL = URL(filePath: "/bin/sh")
        child.arguments = ["-c", "while :; do :; done"]
        try child.run()
        // Not SIGTERM: the child inherits the signals that the testing library's threads have blocked.
        defer { if child.isRunning { kill(child.processIdentifier, SIGKILL) } }
        let probe = try ResourceProbe.start(process: child.processIdentifier)
        MonotonicClock.sleep(nanoseconds: 300_000_000)
        let usage = try probe.finish()
        #expect(usage.cpuNanoseconds > 0)
        #expect(usage.calls == nil)
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
        #expect(throws: SystemError.self) { try probe.finish() }
        #expect(throws: SystemError.self) { try ResourceProbe.start(process: child.processIdentifier) }
    }

    @Test("a file can be made cold and hot, and its pages tell")
    func pageCache() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/data"
            do {
                let file = try File(path, .createNew)
                unsafe try file.writeAll([UInt8](repeating: 7, count: 300_001).span.bytes, at: 0)
            }
            let cold = try PageCache.make(.cold, files: [path])
            #expect(cold.pages == UInt64((300_000 / ProcessHandle.pageSize) + 1))
            let hot = try PageCache.make(.hot, files: [path])
            // A file system in memory cannot drop its pages; then the outcome must say so instead of claiming it.
            if let pages = cold.cachedAfter.value { #expect(cold.achieved.value == (pages == 0)) }
            if let pages = hot.cachedAfter.value {
                #expect(pages >= hot.pages)
                #expect(hot.achieved.value == true)
            }
        }
    }

    @Test("a path of /proc has no disk, and says why")
    func noDevice() {
        let probe = DeviceProbe.start(path: "/proc")
        #expect(probe.reason == "/proc is on proc, which has no block device")
        #expect(DeviceProbe.start(path: "/no/such/path").reason?.contains("ENOENT") == true)
    }

    @Test("settling ends at its time-out and says that it did not settle")
    func settlingGivesUp() {
        // No kernel has fewer than zero bytes to write back, so a bound below what is dirty is out of reach only when
        // something is: both outcomes are legitimate, but the verdict must match the numbers.
        let settling = Settling.settle(bound: 0, timeout: 1)
        if let dirty = settling.after.dirtyBytes.value, let writeback = settling.after.writebackBytes.value {
            #expect(settling.settled.value == (dirty == 0 && writeback == 0))
        }
        #expect(Settling.settle(bound: .max, timeout: 60_000_000_000).settled.value != false)
    }

    @Test("the machine's probe gives shares between zero and one")
    func system() throws {
        let probe = SystemProbe.start()
        MonotonicClock.sleep(nanoseconds: 50_000_000)
        let usage = probe.finish()
        #expect(usage.elapsedNanoseconds >= 50_000_000)
        let shares = try #require(usage.processor.value)
        for share in [shares.user, shares.system, shares.idle, shares.waitingForIO, shares.steal] {
            #expect((0...1).contains(share))
        }
        #expect(usage.before.dirtyBytes.value != nil)
    }

    @Test("the kernel's own threads are told apart, and their work is not other programs'")
    func kernelThreads() throws {
        let probe = SystemProbe.start()
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            for index in 0..<20 {
                unsafe try file.writeAll([UInt8](repeating: 7, count: 100_000).span.bytes, at: index * 100_000)
                try file.sync()
            }
        }
        MonotonicClock.sleep(nanoseconds: 50_000_000)
        var usage = probe.finish()
        switch usage.kernelThreadNanoseconds {
        case .value(let used):
            #expect(used > 0)
            #expect(used <= UInt64(usage.elapsedNanoseconds) * UInt64(ProcessHandle.processorCount))
        case .notMeasured(let reason):
            // In a container nobody sees them.
            #expect((try? TextFile.read("/proc/2/comm")) != "kthreadd\n", "\(reason)")
        }
        // Four tenths of all processors' time were used, a quarter by kernel threads, a tenth by the program itself.
        let before = try #require(ProcessorTicks("cpu  0 0 0 0 0 0 0 0"))
        let after = try #require(ProcessorTicks("cpu  100 0 300 600 0 0 0 0"))
        let all = UInt64(usage.elapsedNanoseconds) * UInt64(ProcessHandle.processorCount)
        usage.processor = after.shares(since: before)
        usage.kernelThreadNanoseconds = .value(all / 4)
        let other = try #require(usage.otherLoad(ownNanoseconds: all / 10).value)
        #expect(abs(other - 0.05) < 0.001)
        #expect(usage.otherLoad(ownNanoseconds: all).value == 0)
        usage.kernelThreadNanoseconds = .notMeasured(because: "a container")
        #expect(usage.otherLoad(ownNanoseconds: all / 10).reason == "a container")
    }

    @Test("every section of the environment is there, and what is unknown says why")
    func environment() {
        let facts = EnvironmentCapture.capture(
            dataPath: "/tmp", libraries: [("zlib", .value("1.3")), ("other", .notMeasured(because: "not linked"))])
        var sections: [String] = []
        for fact in facts where sections.last != fact.section { sections.append(fact.section) }
        #expect(
            sections == [
                "processor", "memory", "kernel", "virtualisation", "file system", "device", "build", "libraries",
                "programs", "source",
            ])
        for fact in facts {
            switch fact.value {
            case .value(let text): #expect(!text.isEmpty)
            case .notMeasured(let reason): #expect(!reason.isEmpty)
            }
        }
        #expect(facts.contains { $0.name == "zlib" && $0.value == .value("1.3") })
        #expect(Set(facts.map { $0.section + $0.name }).count == facts.count)
    }
}

/// Runs a test with a directory of its own, which is gone afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "measurement-\(UUID().uuidString)").path()
    try Directory.create(directory)
    defer { try? Directory.removeTree(directory) }
    try body(directory)
}
