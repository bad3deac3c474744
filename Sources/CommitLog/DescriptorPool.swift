internal import LinuxKernel
internal import Synchronization

/// Bounds how many segments' files are open, so that a node can have more partitions than descriptors.
///
/// Which one to close is chosen by a clock: a hand goes round, passes over what was used since it came by last, and
/// takes what was not (see Corbató, "A Paging Experiment with the Multics System", 1968). Using an open file then costs
/// a flag, and no list that all threads share.
package final class DescriptorPool: Sendable {
    /// The pool of this process: half of the descriptors that it may have; connections and all else get the others.
    package static let shared = DescriptorPool(limit: ProcessHandle.descriptorLimit / 2)

    private struct State {
        var files: [SegmentFile] = []
        var hand = 0

        mutating func remove(_ file: SegmentFile) {
            guard let index = file.place.index.take() else { return }
            let last = files.removeLast()
            guard last !== file else { return }
            files[index] = last
            last.place.index = index
        }
    }

    /// How many files are open at most; those that are pinned or kept for readers of removed segments come on top.
    package let limit: Int
    private let state = Mutex(State())

    package init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// How many open files it has.
    package var count: Int { state.withLock { $0.files.count } }

    /// Opens a file. Where the process has no descriptor left, a quarter of the pool's is given up for it.
    func openFile(_ path: String, _ access: File.Access) throws(SystemError) -> File {
        do throws(SystemError) {
            return try File(path, access)
        } catch {
            guard error.isLackOfDescriptors, shrink(to: count * 3 / 4) else { throw error }
        }
        return try File(path, access)
    }

    /// Takes a file that was opened, and closes another when there are too many.
    func admit(_ file: SegmentFile) {
        state.withLock { state in
            guard file.place.index == nil else { return }
            file.place.index = state.files.count
            state.files.append(file)
        }
        _ = shrink(to: limit)
    }

    /// The file is closed or open for good: it does not count any more.
    func dismiss(_ file: SegmentFile) {
        state.withLock { $0.remove(file) }
    }

    /// Closes files until `count` are open.
    ///
    /// - Returns: Whether any was closed.
    private func shrink(to count: Int) -> Bool {
        // Closed when this goes, outside of the lock.
        let closed = state.withLock { state -> [OpenFile] in
            var closed: [OpenFile] = []
            // In two rounds the hand finds everything unused that nobody uses just now.
            var steps = 2 * state.files.count
            while state.files.count > count, steps > 0 {
                steps -= 1
                if state.hand >= state.files.count { state.hand = 0 }
                let file = state.files[state.hand]
                if let open = file.yield() {
                    closed.append(open)
                    state.remove(file)
                } else {
                    state.hand += 1
                }
            }
            return closed
        }
        return !closed.isEmpty
    }
}

/// Where a pool has a file; only the pool's lock makes it safe.
final class PoolPlace: @unchecked Sendable {
    var index: Int?
}
