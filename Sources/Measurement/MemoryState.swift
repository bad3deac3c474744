internal import LinuxKernel

/// What a way to make the machine's memory the same before each leg is given.
package struct MemoryNeed: Sendable {
    /// What the leg will take: the bytes it writes, and its processes.
    package var byteCount: Int
    /// Where files of ballast may lie; the same directory for all legs of a run.
    package var directory: String

    package init(byteCount: Int, directory: String) {
        self.byteCount = byteCount
        self.directory = directory
    }
}

/// The ways to make the machine's memory the same before each leg. A new one is a function of a file in
/// this folder and a line here.
///
/// On a virtual machine the first touch of a page of memory can cost more than the whole way of a write: the host has
/// to provide it, and takes back what the guest frees. Legs that are alike otherwise differ by that.
package enum MemoryStateCatalog {
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        /// Makes the state.
        let prepare: @Sendable (MemoryNeed) throws -> Void
    }

    package static let all: [Entry] = [
        Entry(name: "as-found", summary: "leaves memory as the leg before left it", prepare: { _ in }),
        Entry(
            name: "touched", summary: "touches as much free memory as the leg will take",
            prepare: { try MemoryStates.touch($0) }),
        Entry(
            name: "rewritten",
            summary: "writes a file as large as the leg's, at most half of what is free, and removes it",
            prepare: { try MemoryStates.rewrite($0) }),
        Entry(
            name: "filled",
            summary: "fills the page cache with clean pages but for what the leg will take, and touches that",
            prepare: { try MemoryStates.fill($0) }),
    ]

    package static func entry(named name: String) -> Entry? { all.first { $0.name == name } }
}

extension MemoryStateCatalog.Entry {
    /// What was made.
    package struct Outcome: Sendable {
        package var nanoseconds: Int64
        /// Free memory and the page cache when it was done.
        package var state: SystemState
    }

    /// Makes the state and says what came of it.
    package func make(_ need: MemoryNeed) throws -> Outcome {
        let began = MonotonicClock.now()
        try prepare(need)
        return Outcome(nanoseconds: MonotonicClock.now() - began, state: SystemState.now())
    }
}
