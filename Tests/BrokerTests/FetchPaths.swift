import Broker
import LinuxKernel

/// The fetch paths whose bytes are those of the log, as far as this machine can run them.
enum FetchPaths {
    static let real = FetchPathCatalog.all.filter { path in
        guard !path.traits.limitations.contains(.movesNothingReal) else { return false }
        guard let reason = path.traits.objection() else { return true }
        print("fetch path '\(path.name)' is not tested: \(reason)")
        return false
    }.map(\.name)

    /// Those of them that give the socket a copy.
    static let copying = FetchPathCatalog.all.filter { !$0.traits.limitations.contains(.lendsPages) }.map(\.name)
        .filter(real.contains)
}
