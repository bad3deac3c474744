import CGnuplot
import Foundation

/// Runs gnuplot on a script.
enum Gnuplot {
    /// Draws what `script` says, with `directory` as gnuplot's working directory.
    ///
    /// - Parameter program: the program, looked up in PATH.
    /// - Returns: gnuplot's warnings; empty if it had none.
    static func draw(_ script: String, in directory: URL, program: String = "gnuplot") throws(GnuplotError) -> String {
        var openCode: Int32 = 0
        guard let plot = unsafe sluice_gnuplot_open(program, directory.path, &openCode) else {
            // ENOENT names a missing folder as well as a missing program.
            if openCode == ENOENT, FileManager.default.fileExists(atPath: directory.path) { throw .missing }
            throw .cannotRun(code: openCode, text: text(of: openCode))
        }
        // A failed send means that gnuplot has ended; its status and messages, which follow, say why.
        var script = script
        let sent = script.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) {
                unsafe sluice_gnuplot_send(plot, $0.baseAddress, $0.count)
            }
        }
        let outcome = unsafe sluice_gnuplot_close(plot)
        let messages = unsafe text(outcome.messages)
        let (code, status, signal) = unsafe (outcome.error, outcome.status, outcome.signal)
        if code != 0 { throw .cannotRun(code: code, text: text(of: code)) }
        if signal != 0 { throw .killed(signal: signal, messages: messages) }
        if status != 0 { throw .failed(status: status, messages: messages) }
        if sent != 0 { throw .failed(status: 0, messages: "it ended before it had read the whole script. \(messages)") }
        return messages
    }

    /// Takes over what gnuplot said.
    private static func text(_ messages: UnsafeMutablePointer<CChar>?) -> String {
        guard let messages = unsafe messages else { return "its messages did not fit into memory" }
        defer { unsafe free(messages) }
        return unsafe String(cString: messages).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
