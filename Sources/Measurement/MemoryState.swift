internal import LinuxKernel

/// What a way to make the machine's memory the same before each leg is given.
package struct MemoryNeed: Sendable {
    /// What the leg will take: the bytes it writes, and its processes.
    package var byteCount: Int
    /// What it writes in all, what retention removes again included.
    package var writtenBytes: Int
    /// Where files of ballast may lie; the same directory for all legs of a run.
    package var directory: String

    /// Has what is held for legs, and keeps it between them.
    package var reserve: MemoryReserve

    package init(byteCount: Int, writtenBytes: Int, directory: String, reserve: MemoryReserve) {
        self.byteCount = byteCount
        self.writtenBytes = writtenBytes
        self.reserve = reserve
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
        /// Whether it depends on the host, which takes seconds to find out.
        let asksForHost: Bool
        /// Makes the state, but for memory to be held: the bytes of that, 0 for none.
        let prepare: @Sendable (MemoryNeed) throws -> Int

        init(
            name: String, summary: String, asksForHost: Bool = false,
            prepare: @escaping @Sendable (MemoryNeed) throws -> Int
        ) {
            self.name = name
            self.summary = summary
            self.asksForHost = asksForHost
            self.prepare = prepare
        }

        /// Whether it depends on the host for a leg that writes so many bytes.
        package func asksForHost(writing byteCount: Int) -> Bool {
            asksForHost && byteCount > MemoryReserve.smallestNeed
        }
    }

    package static let all: [Entry] = [
        Entry(
            name: "auto",
            summary: "is `reserved` for legs that write more than 256 MiB where the host takes free memory back, and "
                + "`rewritten` otherwise",
            asksForHost: true, prepare: { try MemoryStates.suit($0) }),
        Entry(name: "as-found", summary: "leaves memory as the leg before left it", prepare: { _ in 0 }),
        Entry(
            name: "touched", summary: "touches as much free memory as the leg will take",
            prepare: {
                try MemoryStates.touch($0)
                return 0
            }),
        Entry(
            name: "rewritten",
            summary: "writes a file as large as the leg's, at most half of what is free, and removes it",
            prepare: {
                try MemoryStates.rewrite($0)
                return 0
            }),
        Entry(
            name: "filled",
            summary: "fills the page cache with clean pages but for what the leg will take, and touches that",
            prepare: {
                try MemoryStates.fill($0)
                return 0
            }),
        Entry(
            name: "reserved",
            summary: "holds as much memory as the leg will take, and lets go of it just ahead of the writer",
            prepare: { $0.writtenBytes }),
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
        try need.reserve.hold(try prepare(need))
        return Outcome(nanoseconds: MonotonicClock.now() - began, state: SystemState.now())
    }
}
