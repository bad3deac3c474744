import Foundation
import LinuxKernel
import Testing

/// The wrappers' counts beside those of another program, strace.
@Suite("Counted calls")
struct CountedCallsTests {
    /// The system calls that a kind of call makes, as strace names them.
    private static let kinds: [String: [CallKind]] = [
        "pwrite64": [.pwrite], "pwritev2": [.pwritev], "pread64": [.pread], "sendto": [.send, .sendZerocopy],
        "recvfrom": [.recv], "recvmsg": [.zerocopyCompletion], "sendfile": [.sendfile], "splice": [.splice, .spliceIn],
        "io_uring_enter": [.uringEnter], "epoll_wait": [.epollWait], "fsync": [.fsync], "fdatasync": [.fdatasync],
        "sync_file_range": [.syncFileRange], "fallocate": [.fallocate], "ftruncate": [.truncate],
        "fadvise64": [.fadvise], "rename": [.rename], "unlink": [.unlink], "openat": [.open], "close": [.close],
    ]

    private static let strace: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/strace" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    private static let isTested = strace != nil || ProcessInfo.processInfo.environment["CI"] == "true"

    private struct Counts {
        var byWrappers: [String: Int] = [:]
        var byStrace: [String: Int] = [:]
    }

    @Test(
        "what the wrappers count is what strace counts, call by call",
        .enabled(if: isTested, "strace is not installed; install it with: apt-get install strace"))
    func agrees() throws {
        try withTemporaryDirectory { directory in
            // What a program calls to start and to end is the same in both, and goes with the difference.
            let few = try count(rounds: 1, in: directory + "/few")
            let many = try count(rounds: 41, in: directory + "/many")
            for (name, kinds) in Self.kinds {
                func difference(_ counts: (Counts) -> Int?) -> Int { (counts(many) ?? 0) - (counts(few) ?? 0) }
                let counted = kinds.reduce(0) { sum, kind in sum + difference { $0.byWrappers[kind.columnName] } }
                #expect(difference { $0.byStrace[name] } == counted, "\(name)")
                #expect(counted >= 40, "\(name)")
            }
        }
    }

    private func count(rounds: Int, in directory: String) throws -> Counts {
        try Directory.create(directory)
        let table = directory + ".calls"
        let program = URL(fileURLWithPath: try FileIdentity.resolve("/proc/self/exe")).deletingLastPathComponent()
            .appending(path: "CountedCalls").path()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.strace))
        process.arguments = ["-c", "-o", table, program, directory, "\(rounds)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        var counts = Counts()
        for line in String(decoding: said, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            counts.byWrappers[String(words[0])] = Int(words[1])
        }
        // % time, seconds, usecs/call, calls, errors where there are any, syscall.
        for line in try TextFile.read(table).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 5, let calls = Int(words[3]), let name = words.last else { continue }
            counts.byStrace[String(name)] = calls
        }
        return counts
    }
}
