internal import ArgumentParser
internal import Foundation

/// Writing to the terminal: results to standard output, everything else to standard error.
enum Terminal {
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
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
    /// A guard tripped, or there is too little data.
    static let inconclusive = ExitCode(3)
}
