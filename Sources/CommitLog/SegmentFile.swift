package import LinuxKernel
internal import Synchronization

/// An open file with several owners; it is closed when the last one lets go of it.
package final class OpenFile: Sendable {
    package let file: File

    init(_ file: consuming File) {
        self.file = file
    }
}

/// A segment's log file: opened when it is used, closed when other segments need the descriptor more.
///
/// `open` pins: a read or write in progress holds what it returns, so that no other thread can close the descriptor
/// under it. Any thread may call it; where the file is open it costs one uncontended lock, and is asked once a
/// write or send, not once a batch.
///
/// A descriptor may be closed while the file has bytes that no flush has seen. The flush that follows opens the file
/// again and still reports a write-back error of before, since Linux (4.16) hands an error that nobody has seen to
/// the next descriptor as well.
final class SegmentFile: Sendable {
    private struct State {
        var open: OpenFile?
        /// Whether it was asked for since the pool looked last.
        var wasUsed = false
        /// Whether the name may not be there any more, so that the descriptor must stay.
        var isKept = false
    }

    let path: String
    private let access: File.Access
    private let pool: DescriptorPool
    private let state = Mutex(State())
    /// Where the pool has it; the pool's lock guards it.
    let place = PoolPlace()

    /// - Parameter access: `.createNew` makes the file now; anything else opens an existing one, in that way, when it is
    ///   used first.
    init(_ path: String, _ access: File.Access, in pool: DescriptorPool) throws(SystemError) {
        self.path = path
        self.access = access == .readOnly ? .readOnly : .readWrite
        self.pool = pool
        guard access == .createNew else { return }
        let file = OpenFile(try pool.openFile(path, .createNew))
        state.withLock { $0.open = file }
        pool.admit(self)
    }

    /// The open file, pinned for as long as the result is held.
    func open() throws(SystemError) -> OpenFile {
        let found = state.withLock { state in
            state.wasUsed = true
            return state.open
        }
        if let found { return found }
        return try reopen()
    }

    private func reopen() throws(SystemError) -> OpenFile {
        let file = OpenFile(try pool.openFile(path, access))
        let (winner, isKept) = state.withLock { state -> (OpenFile, Bool?) in
            // Another thread may have been faster.
            if let open = state.open { return (open, nil) }
            state.open = file
            return (file, state.isKept)
        }
        if isKept == false { pool.admit(self) }
        return winner
    }

    /// Keeps the descriptor until the segment goes: its name will be gone, and who reads the segment must still can.
    func keepOpen() throws(SystemError) {
        let pin = try open()
        state.withLock { state in
            state.isKept = true
            // The pool may have closed it in between.
            state.open = pin
        }
        pool.dismiss(self)
    }

    /// Closes the file once nobody uses it; the segment is gone.
    func close() {
        pool.dismiss(self)
        state.withLock { $0.open = nil }
    }

    /// What the pool asks: gives the open file away unless it was used since the last time, or must be kept.
    ///
    /// - Returns: The file to let go of outside of all locks.
    func yield() -> OpenFile? {
        state.withLock { state in
            if state.isKept { return nil }
            if state.wasUsed {
                state.wasUsed = false
                return nil
            }
            return state.open.take()
        }
    }
}
