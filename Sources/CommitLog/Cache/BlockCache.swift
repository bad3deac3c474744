internal import Synchronization

/// The blocks of logs that were used last, up to a number of bytes; all threads of a process share it.
///
/// It has what was read, and, as the cache of a broker that relies on no other, what was appended: a reader that
/// follows the log finds it here. It knows segments by their identifiers and holds none of them, so what retention
/// removes is free at once; the blocks of a segment that is gone are not asked for any more and leave as the oldest.
///
/// A log that appends may have put bytes here that do not count yet. Nobody asks for them, and if they never will
/// count, the log has them cut off before it lets another append.
package final class BlockCache: Sendable {
    /// A block in its place in the order of use; neighbours by their index, -1 where there is none.
    fileprivate struct Entry {
        var key: BlockExtent.Key
        var block: LogBlock
        var newer: Int
        var older: Int
    }

    fileprivate struct State {
        let capacity: Int
        var entries: [Entry] = []
        var index: [BlockExtent.Key: Int] = [:]
        var newest = -1
        var oldest = -1
        var byteCount = 0
        /// One that left and that nobody holds: memory that was touched costs no page faults.
        var spare: LogBlock?
        var usage = Usage()
    }

    /// What it was asked for, and given, since it was made.
    package struct Usage: Sendable, Equatable {
        /// How often a block was asked for and there.
        package var hits: UInt64 = 0
        package var misses: UInt64 = 0
        /// Bytes of appends that were put into it.
        package var filledBytes: UInt64 = 0

        package init(hits: UInt64 = 0, misses: UInt64 = 0, filledBytes: UInt64 = 0) {
            self.hits = hits
            self.misses = misses
            self.filledBytes = filledBytes
        }
    }

    private let state: Mutex<State>

    /// - Parameter capacity: The bytes of all blocks together.
    package init(capacity: Int) {
        state = Mutex(State(capacity: capacity))
    }

    package var usage: Usage { state.withLock { $0.usage } }
    /// The memory of all blocks that it has.
    package var byteCount: Int { state.withLock { $0.byteCount } }

    /// The bytes of logs in them, which may be less.
    package var contentByteCount: Int {
        state.withLock { state in state.entries.reduce(0) { $0 + $1.block.end - $1.block.start } }
    }

    // MARK: Reading

    /// The block that has the bytes from `position` to `end`, or to the block's own end where that comes before.
    package func find(_ extent: BlockExtent, from position: Int, to end: Int) -> LogBlock? {
        state.withLock { state -> LogBlock? in
            guard let place = state.index[extent.key], state.entries[place].block.start <= position,
                state.entries[place].block.end >= min(end, extent.end)
            else {
                state.usage.misses += 1
                return nil
            }
            state.usage.hits += 1
            state.use(place)
            return state.entries[place].block
        }
    }

    /// An empty block to read into, which is not in the cache yet.
    package func makeBlock(_ extent: BlockExtent) -> LogBlock {
        state.withLock { $0.makeBlock(at: extent.start, in: extent) }
    }

    /// Keeps a block that was read from the extent's start on. What appends put there meanwhile stays too.
    package func insert(_ block: LogBlock, as extent: BlockExtent) {
        state.withLock { state in
            if let place = state.index[extent.key] {
                let present = state.entries[place].block
                if present.end > block.end {
                    // Between the two lies something that neither has.
                    guard present.start <= block.end else { return }
                    unsafe block.append(present.bytes(from: block.end, to: present.end))
                }
                state.remove(place)
            }
            state.add(block, as: extent.key)
        }
    }

    // MARK: Appending

    /// Copies what was appended at a position, which stays as it is or is cut off by `cut`.
    ///
    /// The copy is made under the cache's lock: it takes less time than the write beside it, which the
    /// lock is not held for.
    func fill(_ bytes: UnsafeRawBufferPointer, of segment: UInt64, at position: Int, slot: Range<Int>?) {
        state.withLock { state in
            var done = 0
            while done < bytes.count {
                let extent = BlockExtent(of: segment, at: position + done, slot: slot)
                let count = min(bytes.count - done, extent.end - position - done)
                let block = state.blockForAppend(at: position + done, in: extent)
                unsafe block.append(UnsafeRawBufferPointer(rebasing: bytes[done..<done + count]))
                done += count
            }
            state.usage.filledBytes += UInt64(bytes.count)
        }
    }

    /// Forgets what was put there of a range that does not count after all.
    func cut(_ range: Range<Int>, of segment: UInt64, slot: Range<Int>?) {
        state.withLock { state in
            var position = range.lowerBound
            while position < range.upperBound {
                let extent = BlockExtent(of: segment, at: position, slot: slot)
                if let place = state.index[extent.key] {
                    state.entries[place].block.cut(to: position)
                    if state.entries[place].block.end == state.entries[place].block.start { state.remove(place) }
                }
                position = extent.end
            }
        }
    }

    /// Forgets everything.
    package func removeAll() {
        state.withLock { state in
            while state.oldest >= 0 { state.remove(state.oldest) }
            state.spare = nil
        }
    }
}

extension BlockCache.State {
    /// A block that ends at the position: the one that is there, or an empty one in its place.
    fileprivate mutating func blockForAppend(at position: Int, in extent: BlockExtent) -> LogBlock {
        if let place = index[extent.key] {
            if entries[place].block.end == position {
                use(place)
                return entries[place].block
            }
            remove(place)
        }
        let block = makeBlock(at: position, in: extent)
        add(block, as: extent.key)
        return block
    }

    fileprivate mutating func makeBlock(at start: Int, in extent: BlockExtent) -> LogBlock {
        // For all of the extent, wherever in it the block begins, so that the memory is good for the next one too.
        let capacity = LogBlock.capacity(from: extent.start, to: extent.end)
        while self.byteCount + capacity > self.capacity, oldest >= 0 { remove(oldest) }
        if let spare, spare.capacity == capacity {
            self.spare = nil
            spare.restart(at: start)
            return spare
        }
        return LogBlock(at: start, capacity: capacity)
    }

    fileprivate mutating func add(_ block: LogBlock, as key: BlockExtent.Key) {
        entries.append(BlockCache.Entry(key: key, block: block, newer: -1, older: -1))
        index[key] = entries.count - 1
        pushNewest(entries.count - 1)
        byteCount += block.capacity
        while byteCount > capacity, oldest != newest { remove(oldest) }
    }

    fileprivate mutating func use(_ place: Int) {
        unlink(place)
        pushNewest(place)
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }

    private mutating func pushNewest(_ place: Int) {
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    /// The last entry moves into the place that becomes free.
    fileprivate mutating func remove(_ place: Int) {
        byteCount -= entries[place].block.capacity
        unlink(place)
        index[entries[place].key] = nil
        if isKnownUniquelyReferenced(&entries[place].block) { spare = entries[place].block }
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        index[last.key] = place
        if last.newer >= 0 { entries[last.newer].older = place } else { newest = place }
        if last.older >= 0 { entries[last.older].newer = place } else { oldest = place }
    }
}
