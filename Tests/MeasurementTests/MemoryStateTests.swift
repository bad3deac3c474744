import Foundation
import LinuxKernel
import Testing

@testable import Measurement

@Suite("The state of memory before a leg")
struct MemoryStateTests {
    @Test("is made in every way that the catalog has, and leaves nothing but ballast without blocks")
    func all() throws {
        for entry in MemoryStateCatalog.all where entry.name != "filled" {
            let directory = NSTemporaryDirectory() + "memory-state-" + UUID().uuidString
            try Directory.create(directory)
            defer { try? Directory.removeTree(directory) }
            let outcome = try entry.make(
                MemoryNeed(
                    byteCount: 4 << 20, writtenBytes: 4 << 20, directory: directory, reserve: MemoryReserve()))
            #expect(outcome.nanoseconds >= 0, "\(entry.name)")
            #expect(try Directory.names(in: directory).isEmpty, "\(entry.name)")
        }
    }

    @Test(
        "a reserve is let go ahead of what takes memory, says when that took more than it had, and stays for the next")
    func reserve() throws {
        let reserve = MemoryReserve()
        try reserve.hold(64 << 20)
        let held = 384 << 20
        for round in 1...2 {
            try reserve.open()
            // More than was held, and than other tests free meanwhile.
            let taken = try (0..<8).map { _ in try HeldMemory(byteCount: 256 << 20, .huge) }
            usleep(50_000)
            let outcome = reserve.close()
            withExtendedLifetime(taken) {}
            #expect(outcome == MemoryReserve.Outcome(heldBytes: held, letGoBytes: held, ranOut: true), "round \(round)")
            try reserve.hold(64 << 20)
        }
        try reserve.open()
        let outcome = reserve.close()
        #expect(outcome.heldBytes == held && outcome.letGoBytes >= 192 << 20, "what lies ahead is let go at once")
        try reserve.hold(0)
        try reserve.open()
        #expect(reserve.close() == MemoryReserve.Outcome(heldBytes: 0, letGoBytes: 0, ranOut: false))
    }

    @Test("a control group's limit bounds what may be held, but for what it has cached")
    func room() {
        let version2 = MountTable("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        var files = [
            "/sys/fs/cgroup/a/memory.max": "1000\n", "/sys/fs/cgroup/a/memory.current": "900\n",
            "/sys/fs/cgroup/a/memory.stat": "anon 300\nfile 600\n", "/sys/fs/cgroup/a/b/memory.max": "max\n",
            "/sys/fs/cgroup/a/b/memory.current": "900\n",
        ]
        func left() -> Int { MemoryRoom.bytesLeft(groups: "0::/a/b\n", mounts: version2) { files[$0] } }
        #expect(left() == 700)
        files["/sys/fs/cgroup/a/b/memory.max"] = "950"
        #expect(left() == 50)
        files = [:]
        #expect(left() == Int.max)
        let version1 = MountTable("35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n")
        let first = ["limit_in_bytes": "500", "usage_in_bytes": "450", "stat": "cache 1\ntotal_cache 100\n"]
        let bytes = MemoryRoom.bytesLeft(groups: "4:memory:/x\n0::/\n", mounts: version1) { path in
            path.hasPrefix("/sys/fs/cgroup/memory/x/memory.") ? first[String(path.dropFirst(31))] : nil
        }
        #expect(bytes == 150)
    }

    @Test("names are different, and each says what it does")
    func names() {
        #expect(Set(MemoryStateCatalog.all.map(\.name)).count == MemoryStateCatalog.all.count)
        #expect(MemoryStateCatalog.all.allSatisfy { !$0.summary.isEmpty })
        #expect(MemoryStateCatalog.entry(named: "as-found") != nil)
    }
}
