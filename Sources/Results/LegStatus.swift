/// How a leg ended. Only `ok` legs enter a summary.
package enum LegStatus: String, Sendable, Codable, CaseIterable {
    /// It ran, was verified, and its guards held.
    case ok
    /// A process died, overran or reported an error.
    case failed
    /// It ran, but a guard tripped (stolen CPU, pressure), or what it read was not in or out of memory as asked: it
    /// says nothing about the cell and is repeated.
    case contaminated
    /// It ran, but what was read back is not what was written: it has no performance.
    case unverified

    /// The leg has told what it can: it is not run again when the run goes on.
    package var isFinal: Bool { self == .ok || self == .unverified }
}
