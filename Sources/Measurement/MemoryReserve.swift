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
        package var heldBytes = 0
        package var letGoBytes = 0
        /// Whether the leg took more than was held, from memory that may be with the host.
        package var ranOut = false
    }

    /// Why nothing can be held.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    /// What a leg has to take at least for a reserve to be worth its while: less is made ready by writing as much before.
    package static let smallestNeed = ahead
    private static let step = 64 << 20
    /// What lies ready for the writer: at 4 GB/s it takes that in 60 ms, and is looked at six times meanwhile.
    private static let ahead = 256 << 20
    private static let lookNanoseconds: Int64 = 10_000_000
    /// What is left to the system and to the processes of a leg.
    private static let slack = 1 << 30

    private struct State {
        var pieces: [HeldMemory] = []
        var watcher: KernelThread?
        var outcome = Outcome()
        /// What was free when the leg began, which the host may have.
        var freeBefore = 0
        var isEnding = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Holds as much as a leg will take and a twentieth more, so far as the machine and the control group have it; 0 lets
    /// go of all. Takes a second or two a GiB where the host has to provide it.
    ///
    /// - Throws: `Unavailable` where it is not known how much there is, and what the system refuses.
    package func hold(_ byteCount: Int) throws {
        guard byteCount > 0 else { return state.withLock { $0.pieces = [] } }
        let wanted = byteCount + byteCount / 20 + Self.ahead
        let room: Int
        switch MemoryRoom.availableBytes() {
        case .value(let bytes): room = bytes
        case .notMeasured(let reason):
            throw Unavailable(description: "it is not known how much memory there is: \(reason)")
        }
        try state.withLock { state in
            let most = max(0, state.pieces.count * Self.step + room - Self.slack)
            let count = (min(wanted, most) + Self.step - 1) / Self.step
            if state.pieces.count > count { state.pieces.removeLast(state.pieces.count - count) }
            while state.pieces.count < count { state.pieces.append(try HeldMemory(byteCount: Self.step, .huge)) }
        }
    }

    /// Begins to let go ahead of what takes memory from now on; `close` ends it. Without anything held it does nothing.
    package func open() throws(SystemError) {
        let free = try HeldMemory.freeByteCount()
        let isHeld = state.withLock { state in
            state.outcome = Outcome(heldBytes: state.pieces.count * Self.step)
            state.freeBefore = free
            state.isEnding = false
            return !state.pieces.isEmpty
        }
        guard isHeld else { return }
        look()
        let thread = try KernelThread(name: "reserve") { [self] in
            while look() { MonotonicClock.sleep(nanoseconds: Self.lookNanoseconds) }
        }
        state.withLock { $0.watcher = thread }
    }

    /// Stops letting go, and says what came of it; again it says the same.
    @discardableResult package func close() -> Outcome {
        let watcher = state.withLock { state in
            state.isEnding = true
            defer { state.watcher = nil }
            return state.watcher
        }
        watcher?.join()
        return state.withLock { $0.outcome }
    }

    /// Lets go of as much as is missing ahead; false when it is over.
    @discardableResult private func look() -> Bool {
        // It could be read when this began; the next look is soon enough.
        let free = try? HeldMemory.freeByteCount()
        return state.withLock { state in
            guard let free, !state.isEnding else { return !state.isEnding }
            var missing = state.freeBefore + Self.ahead - free
            while missing > 0, state.pieces.popLast() != nil {
                state.outcome.letGoBytes += Self.step
                missing -= Self.step
            }
            // With nothing held any more, what is taken now was free before, and perhaps with the host.
            let most = max(Self.ahead / 2, state.outcome.heldBytes / 20)
            if state.pieces.isEmpty, state.freeBefore - free > most { state.outcome.ranOut = true }
            return true
        }
    }
}
