internal import CLinux
internal import Glibc

/// A program that runs beside this one and talks with it in lines, over its standard input and output.
///
/// Letting go of it kills and reaps it, so that no path leaves one behind; `wait` before is the orderly way.
package final class ChildProcess: @unchecked Sendable {
    package let program: String
    package let identifier: Int32
    private var input: Int32
    private let output: Int32
    /// What came behind the last line that was read.
    private var unread: [UInt8] = []
    private var isReaped = false

    /// Starts the program that this process runs a second time, whatever its file is called by now, or from here.
    package static func ofThisProgram(_ arguments: [String]) throws(SystemError) -> ChildProcess {
        // Not the name behind the link: in a changed root, with mounts of its own, this process does not find itself under
        // it, and another build may lie there.
        try ChildProcess("/proc/self/exe", arguments)
    }

    /// Starts a program, looked up in PATH, with this one's standard error.
    package init(_ program: String, _ arguments: [String]) throws(SystemError) {
        let (childInput, input) = try Self.pipe()
        let (output, childOutput) = try Self.pipe()
        defer {
            CallCounters.count(.close)
            CallCounters.count(.close)
            close(childInput)
            close(childOutput)
        }
        self.program = program
        self.input = input
        self.output = output
        do throws(SystemError) {
            identifier = try Self.spawn(
                program, arguments, input: childInput, output: childOutput, error: STDERR_FILENO)
        } catch {
            close(input)
            close(output)
            throw error
        }
    }

    deinit {
        closeInput()
        CallCounters.count(.close)
        close(output)
        guard !isReaped else { return }
        kill(identifier, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(identifier, &status, 0)
    }

    /// Writes a line to its standard input. EPIPE when it has ended.
    package func send(_ line: String) throws(SystemError) {
        var left = Array((line + "\n").utf8)[...]
        while !left.isEmpty {
            let count = try systemCall(.write, "write", path: program, reportsBytes: true) {
                unsafe left.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
            }
            left = left.dropFirst(count)
        }
    }

    /// The next line of its standard output; nil when it has ended it. ETIMEDOUT when none comes in time.
    package func readLine(timeoutNanoseconds: Int64) throws(SystemError) -> String? {
        let deadline = MonotonicClock.now() + timeoutNanoseconds
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let rest = deadline - MonotonicClock.now()
            guard rest > 0 else { throw SystemError(call: "poll", path: program, code: ETIMEDOUT) }
            CallCounters.count(.poll)
            guard sluice_poll_readable(output, Int(rest)) > 0 else { continue }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = try systemCall(.read, "read", path: program, reportsBytes: true) {
                unsafe chunk.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
            }
            if count == 0 { return nil }
            unread += chunk[..<count]
        }
    }

    /// Ends its standard input, which tells a program that is written for it to stop.
    package func closeInput() {
        guard input >= 0 else { return }
        CallCounters.count(.close)
        close(input)
        input = -1
    }

    /// Waits until it has ended, killing it when it does not in time.
    ///
    /// - Returns: The exit code, or 128 plus the number of the signal that ended it.
    package func wait(timeoutNanoseconds: Int64) throws(SystemError) -> Int32 {
        let deadline = MonotonicClock.now() + timeoutNanoseconds
        var status: Int32 = 0
        while true {
            let reaped = try systemCall(.process, "waitpid", path: program) {
                unsafe waitpid(identifier, &status, WNOHANG)
            }
            if reaped == identifier { break }
            if MonotonicClock.now() > deadline { kill(identifier, SIGKILL) }
            MonotonicClock.sleep(nanoseconds: 2_000_000)
        }
        isReaped = true
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Returns when it has ended, which `wait` can then be asked about; may be called on a thread of its own.
    package func waitUntilEnded() throws(SystemError) {
        var information = unsafe siginfo_t()
        _ = try systemCall(.process, "waitid", path: program) {
            unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT)
        }
    }

    /// Two ends of a pipe, neither of which other programs inherit.
    private static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        _ = try systemCall(.pipe, "pipe2") { unsafe sluice_pipe(&ends) }
        return (ends[0], ends[1])
    }

    /// Starts a program, looked up in PATH, on these descriptors; nil input is empty.
    static func spawn(
        _ program: String, _ arguments: [String], input: Int32?, output: Int32, error: Int32
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO)

        // The calling thread may have signals blocked; the program must still be stoppable.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var process: pid_t = 0
        CallCounters.count(.process)
        let code = unsafe posix_spawnp(&process, program, &actions, &attributes, words, environ)
        guard code == 0 else { throw SystemError(call: "posix_spawnp", path: program, code: code) }
        return process
    }
}
