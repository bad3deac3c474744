/// Why a leg's load could not be run to its end.
package enum LoadError: Error, CustomStringConvertible {
    /// The workload cannot be run on this target.
    case unsupported(String)
    /// The log gave bytes that cannot be read on from.
    case unreadable(String)

    package var description: String {
        switch self {
        case .unsupported(let reason), .unreadable(let reason): reason
        }
    }
}
