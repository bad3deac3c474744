package import Results

/// One thing that is measured: our code beside the plainest loop or library call that does the same work.
package struct LimitComponent: Sendable {
    /// As in the results and on the command line.
    package let name: String
    /// What is done, and how much of it at a time.
    package let summary: String
    package let unit: LimitUnit
    package let target: LimitTarget?
    /// Whether files are written or read, so that the disk has to be quiet first.
    let usesFiles: Bool
    /// How many times the usual number of pairs is taken, where the figures scatter more than others.
    package let pairsFactor: Int
    let prepare: @Sendable (LimitSurroundings) throws -> LimitTrial

    package init(
        _ name: String, _ summary: String, unit: LimitUnit, target: LimitTarget? = nil, usesFiles: Bool = false,
        pairsFactor: Int = 1, prepare: @escaping @Sendable (LimitSurroundings) throws -> LimitTrial
    ) {
        self.name = name
        self.summary = summary
        self.unit = unit
        self.target = target
        self.usesFiles = usesFiles
        self.pairsFactor = pairsFactor
        self.prepare = prepare
    }
}

/// Where and how much a component is measured.
package struct LimitSurroundings: Sendable {
    /// An empty directory of the component's own; what is left in it is removed.
    package let directory: String
    package let scale: LimitScale
    package let seed: UInt64
}

/// A component that is ready to be measured: both sides can be run again and again, and do the same work each time.
package struct LimitTrial {
    /// How much one sample does: bytes, records, or how often.
    let work: Double
    /// Runs our side once; the nanoseconds that it took. Nil where there is only the limit.
    let ours: (() throws -> Int64)?
    /// Runs the plain loop once; the nanoseconds that it took.
    let plain: () throws -> Int64

    package init(work: Double, ours: (() throws -> Int64)?, plain: @escaping () throws -> Int64) {
        self.work = work
        self.ours = ours
        self.plain = plain
    }
}

/// A component that this machine cannot run.
package struct LimitUnavailable: Error {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

/// The two sides of a component did not do the same work, so their times mean nothing.
package struct UnlikeWork: Error, CustomStringConvertible {
    package let description: String

    package init(_ component: String, ours: String, plain: String) {
        description = "\(component): ours gave \(ours), the plain loop \(plain); this is a bug, nothing was measured"
    }
}
