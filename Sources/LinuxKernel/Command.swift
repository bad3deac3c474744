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
            process = try ChildProcess.spawn(program, arguments, input: nil, output: writeEnd, error: writeEnd)
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
