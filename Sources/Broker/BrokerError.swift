package import CommitLog
package import LinuxKernel

/// Why a broker cannot start or stop cleanly.
package enum BrokerError: Error, Sendable, CustomStringConvertible {
    case configuration(ConfigurationError)
    case address(SocketAddress.ResolutionError)
    case system(SystemError)
    case log(LogError)
    /// No log directory can be used; for each of them, the reason.
    case directories([String])
    /// A topic's file that cannot be read.
    case topic(path: String, reason: String)

    package var description: String {
        switch self {
        case .configuration(let error): "\(error)"
        case .address(let error): "listeners: \(error)"
        case .system(let error): "\(error)"
        case .log(let error): "\(error)"
        case .directories(let reasons): "log.dirs: none of them can be used: \(reasons.joined(separator: "; "))"
        case .topic(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// Runs kernel calls and turns their errors into the broker's.
func kernel<Result>(_ body: () throws(SystemError) -> Result) throws(BrokerError) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw .system(error)
    }
}
