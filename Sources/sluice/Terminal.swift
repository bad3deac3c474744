internal import ArgumentParser
internal import Foundation
internal import LinuxKernel

/// Writing to the terminal: results to standard output, everything else to standard error.
enum Terminal {
    /// Writes a line to standard error. Where nobody can read it there is nobody to tell so: the work goes on.
    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    /// Opens what the caller closed of the standard streams, or the next file opened would be written
    /// to in their place.
    static func openStandardStreams() {
        var descriptor: Int32 = 0
        repeat { descriptor = unsafe open("/dev/null", O_RDWR) } while descriptor >= 0 && descriptor <= STDERR_FILENO
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends what was printed on its way; a full disk or a closed pipe behind standard output may be known only now.
    ///
    /// - Throws: The code for a failure, once it was said that something of the output is lost.
    static func flush() throws {
        do throws(SystemError) {
            try StandardOutput.flush()
        } catch {
            // Whoever read has what it wanted, as `head` does; the signal that says so may be ignored here.
            if error.code == EPIPE { ProcessFate.end(by: SIGPIPE) }
            note("sluice: standard output could not be written: \(error)")
            throw ExitCode.failure
        }
    }

    /// Whether standard output may be in color: a terminal, and `NO_COLOR` is not set.
    static var hasColor: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    }

    /// The program's own file, for starting it again.
    static func program() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    /// Words as a shell would take them.
    static func quoted(_ words: [String]) -> String {
        words.map { word in
            let isPlain = word.unicodeScalars.allSatisfy {
                CharacterSet.alphanumerics.contains($0) || "-_./=:,+@%".unicodeScalars.contains($0)
            }
            return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }
}

extension ExitCode {
    /// The leg's records are not what was written.
    static let verificationFailed = ExitCode(4)
    /// Something got worse.
    static let regression = ExitCode(2)
    /// A guard tripped, or there is too little data.
    static let inconclusive = ExitCode(3)
}
