import Glibc
import LinuxKernel
import Synchronization
import Testing

@Suite("Processes, threads and commands")
struct ProcessTests {
    @Test("a program's output and exit code come back, its error output included")
    func command() throws {
        let outcome = try Command.run("sh", ["-c", "echo out; echo err >&2; exit 3"])
        #expect(outcome.code == 3)
        #expect(outcome.output == "out\nerr\n")
        #expect(try Command.run("sh", ["-c", "kill -9 $$"]).code == 128 + 9)
    }

    @Test("a program reads empty input, and may print more than a pipe holds")
    func commandPipes() throws {
        #expect(try Command.run("cat", []).output.isEmpty)
        #expect(try Command.run("sh", ["-c", "head -c 300000 /dev/zero | tr '\\0' x"]).output.utf8.count == 300_000)
    }

    @Test("a program that does not exist is named")
    func missingCommand() {
        let error = #expect(throws: SystemError.self) { try Command.run("no-such-program", []) }
        #expect(error == SystemError(call: "posix_spawnp", path: "no-such-program", code: ENOENT))
    }

    @Test("a program can be stopped though the calling thread has signals blocked")
    func commandSignals() throws {
        var all = sigset_t()
        var old = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &old)
        defer { unsafe _ = pthread_sigmask(SIG_SETMASK, &old, nil) }
        #expect(try Command.run("sh", ["-c", "kill -TERM $$; sleep 5"]).code == 128 + SIGTERM)
    }

    @Test("an interrupted call is taken up again")
    func interrupted() throws {
        // The writer is blocked in a full pipe's read side while signals arrive; none of them may end the reading.
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in }
        var old = sigaction()
        unsafe sigaction(SIGUSR2, &action, &old)
        defer { unsafe _ = sigaction(SIGUSR2, &old, nil) }
        let output = Mutex<String?>(nil)
        let handle = Mutex<pthread_t?>(nil)
        let reader = try KernelThread(name: "reader") {
            var set = sigset_t()
            unsafe sigemptyset(&set)
            unsafe sigaddset(&set, SIGUSR2)
            unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
            handle.withLock { $0 = pthread_self() }
            let outcome = try? Command.run("sh", ["-c", "sleep 0.3; echo done"])
            output.withLock { $0 = outcome?.output }
            handle.withLock { $0 = nil }
        }
        let deadline = MonotonicClock.now() + 200_000_000
        while MonotonicClock.now() < deadline {
            handle.withLock { if let thread = $0 { _ = pthread_kill(thread, SIGUSR2) } }
            MonotonicClock.sleep(nanoseconds: 5_000_000)
        }
        reader.join()
        #expect(output.withLock { $0 } == "done\n")
    }

    @Test("CPU time is this process's and grows; a process that is not there is an error")
    func cpuTime() throws {
        let before = try ProcessHandle.cpuNanoseconds(of: ProcessHandle.currentIdentifier)
        let deadline = MonotonicClock.now() + 5_000_000
        while MonotonicClock.now() < deadline {}
        #expect(try ProcessHandle.cpuNanoseconds(of: ProcessHandle.currentIdentifier) > before)
        // One more than the largest number that Linux gives to a process.
        #expect(throws: SystemError.self) { try ProcessHandle.cpuNanoseconds(of: 1 << 22) }
    }

    @Test("a path's device and identity are the same through a different spelling")
    func identity() throws {
        try withTemporaryDirectory { directory in
            try TextFile.replace(directory + "/file", with: "")
            let one = try FileIdentity(of: directory + "/file")
            #expect(try FileIdentity(of: directory + "/./file") == one)
            #expect(one.blockDevice == nil)
            #expect(
                try FileIdentity.resolve(directory + "/../\(directory.split(separator: "/").last!)/file").hasSuffix(
                    "/file"))
            #expect(throws: SystemError.self) { try FileIdentity.resolve(directory + "/none") }
        }
    }

    @Test("sleeping takes as long as it was asked to")
    func sleeping() {
        let start = MonotonicClock.now()
        MonotonicClock.sleep(nanoseconds: 3_000_000)
        #expect(MonotonicClock.now() - start >= 3_000_000)
        MonotonicClock.sleep(nanoseconds: -1)
    }
}
