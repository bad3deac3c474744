package import LinuxKernel
internal import Synchronization

/// Memory that is held ready for a leg where the host takes free memory back: huge pages that the host has provided, let go
/// in steps just ahead of the writer, so that what it takes is always what was held until now.
///
/// It stays between legs: what a leg let go of is taken again before the host notices.
package final class MemoryReserve: Sendable {
    /// What came of a leg.
    package struct Outcome: Sendable, Equatable {
        /// What was held when it began.
        package var heldBytes: Int
        package var letGoBytes: Int
        /// Whether the leg took more than was held, from memory that may be with the host.
        package var ranOut: Bool
    }

    private static let step = 64 << 20
    /// What lies ready for the writer: at 4 GB/s it takes that in 60 ms, and is looked at 15 times meanwhile.
    private static let ahead = 256 << 20
    private static let lookNanoseconds: Int64 = 4_000_000
    /// What is left to the system and to the processes of a leg.
    private static let slack = 1 << 30

    private struct State {
        var pieces: [HeldMemory] = []
        var watcher: KernelThread?
        var outcome = Outcome(heldBytes: 0, letGoBytes: 0, ranOut: false)
        /// What was free when the leg began, which the host may have.
        var freeBefore = 0
        var isEnding = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Holds as much as a leg will take and a twentieth more, so far as the machine and the control group have it. Takes a
    /// second or two a GiB where the host has to provide it.
    package func hold(_ byteCount: Int) throws(SystemError) {
        let wanted = byteCount + byteCount / 20 + Self.ahead
        let room = MemoryRoom.availableBytes().value ?? 0
        try state.withLock { state throws(SystemError) in
            let held = state.pieces.count * Self.step
            let most = max(0, held + room - Self.slack)
            let pieces = (min(wanted, most) + Self.step - 1) / Self.step
            if state.pieces.count > pieces { state.pieces.removeLast(state.pieces.count - pieces) }
            while state.pieces.count < pieces {
                state.pieces.append(try HeldMemory(byteCount: Self.step, .huge))
            }
        }
    }

    /// What a leg has to take at least for a reserve to be worth its while: less is made ready by writing as much before.
    package static let smallestNeed = ahead

    /// Begins to let go ahead of what takes memory from now on.
    package func open() throws(SystemError) {
        state.withLock {
            $0.outcome = Outcome(heldBytes: $0.pieces.count * Self.step, letGoBytes: 0, ranOut: false)
            $0.freeBefore = HeldMemory.freeByteCount
            $0.isEnding = false
        }
        look()
        let thread = try KernelThread(name: "reserve") { [self] in
            while look() { MonotonicClock.sleep(nanoseconds: Self.lookNanoseconds) }
        }
        state.withLock { $0.watcher = thread }
    }

    /// Stops letting go, and says what came of it.
    package func close() -> Outcome {
        let watcher = state.withLock { state in
            state.isEnding = true
            defer { state.watcher = nil }
            return state.watcher
        }
        watcher?.join()
        return state.withLock { $0.outcome }
    }

    /// Lets go of all that is held.
    package func release() { state.withLock { $0.pieces = [] } }

    /// Lets go of as much as is missing ahead; false when it is over.
    @discardableResult private func look() -> Bool {
        let free = HeldMemory.freeByteCount
        return state.withLock { state in
            var missing = state.freeBefore + Self.ahead - free
            while missing > 0, state.pieces.popLast() != nil {
                state.outcome.letGoBytes += Self.step
                missing -= Self.step
            }
            // With nothing held any more, what is taken now was free before, and perhaps with the host.
            let taken = state.freeBefore - free
            if state.outcome.heldBytes > 0, state.pieces.isEmpty,
                taken > max(Self.ahead / 2, state.outcome.heldBytes / 20)
            {
                state.outcome.ranOut = true
            }
            return !state.isEnding
        }
    }
}
