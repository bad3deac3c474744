internal import CLinux
internal import Glibc

/// Short programs that are run for what they print, such as `git rev-parse HEAD`.
package enum Command {
    /// How a program ended, and what it wrote to both standard output and standard error.
    package struct Outcome: Sendable, Equatable {
        /// The exit code, or 128 plus the number of the signal that ended it.
        package var code: Int32
        package var output: String
    }

    /// Finds the program in PATH, runs it to its end with empty input, and returns all that it printed.
    ///
    /// ENOENT when there is no such program.
    package static func run(_ program: String, _ arguments: [String]) throws(SystemError) -> Outcome {
        var ends: [Int32] = [-1, -1]
        _ = try systemCall(.pipe, "pipe") { unsafe pipe(&ends) }
        // The program must not inherit the ends themselves, or reading would never come to the end.
        for end in ends { _ = try systemCall(.pipe, "fcntl") { sluice_fcntl(end, F_SETFD, Int(FD_CLOEXEC)) } }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        defer {
            CallCounters.count(.close)
            close(readEnd)
        }
        let process: pid_t
        do {
            defer {
                CallCounters.count(.close)
                close(writeEnd)
            }
            process = try spawn(program, arguments, output: writeEnd)
        }
        var output: [UInt8] = []
        var failure: SystemError?
        do throws(SystemError) {
            output = try readToEnd(readEnd, of: program)
        } catch {
            failure = error
        }
        // Reaped whatever happened, so that no zombie stays.
        var status: Int32 = 0
        _ = try systemCall(.process, "waitpid", path: program) { unsafe waitpid(process, &status, 0) }
        if let failure { throw failure }
        let signal = status & 0x7f
        return Outcome(
            code: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: String(decoding: output, as: UTF8.self))
    }

    private static func spawn(
        _ program: String, _ arguments: [String], output: Int32
    ) throws(SystemError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)

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

    private static func readToEnd(_ descriptor: Int32, of program: String) throws(SystemError) -> [UInt8] {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = try systemCall(.read, "read", path: program, reportsBytes: true) {
                unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return output }
            output += chunk[..<count]
        }
    }
}
