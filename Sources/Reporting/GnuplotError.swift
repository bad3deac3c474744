/// Why a chart was not drawn. The CSV files that it would have been drawn from are not touched.
package enum GnuplotError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no gnuplot in PATH.
    case missing
    /// gnuplot could not be started or waited for: the errno and its text.
    case cannotRun(code: Int32, text: String)
    /// gnuplot ended with an error: what it said.
    case failed(status: Int32, messages: String)
    /// A signal ended gnuplot.
    case killed(signal: Int32, messages: String)
    /// The folder of the charts cannot be made or written.
    case cannotWrite(path: String, text: String)

    package var description: String {
        switch self {
        case .missing:
            "gnuplot is not installed, so no chart was drawn; install it with `apt install gnuplot-nox` and run "
                + "`sluice plot` on the results"
        case .cannotRun(let code, let text): "gnuplot cannot be run: \(text) (errno \(code))"
        case .failed(let status, let messages): "gnuplot failed with status \(status): \(messages)"
        case .killed(let signal, let messages): "gnuplot was ended by signal \(signal): \(messages)"
        case .cannotWrite(let path, let text):
            "\(path): cannot write charts: \(text); check that the folder is writable and has room"
        }
    }
}
