internal import Synchronization

/// The blocks of the log that were used last, up to a number of bytes; all threads of a broker share it.
///
/// It knows segments by their identifiers and holds none of them, so what retention removes is free at once; the blocks of a
/// segment that is gone are not asked for any more and leave as the oldest.
final class BlockCache: Sendable {
    struct Key: Hashable {
        var segment: UInt64
        /// The block's position in the file, in blocks.
        var number: Int
    }

    /// A block in its place in the order of use; neighbours by their index, -1 where there is none.
    fileprivate struct Entry {
        var key: Key
        var block: LogBlock
        var newer: Int
        var older: Int
    }

    fileprivate struct State {
        var entries: [Entry] = []
        var index: [Key: Int] = [:]
        var newest = -1
        var oldest = -1
        var byteCount = 0
        var lookups = Lookups()
    }

    /// How often a block was asked for, and how often it was there.
    struct Lookups: Sendable, Equatable {
        var hits: UInt64 = 0
        var misses: UInt64 = 0
    }

    let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: The bytes of all blocks together.
    init(capacity: Int) {
        self.capacity = capacity
    }

    var lookups: Lookups { state.withLock { $0.lookups } }
    var byteCount: Int { state.withLock { $0.byteCount } }

    /// The block, if it is there and reaches to `end`.
    func find(_ key: Key, reaching end: Int) -> LogBlock? {
        state.withLock { state -> LogBlock? in
            guard let place = state.index[key], state.entries[place].block.end >= end else {
                state.lookups.misses += 1
                return nil
            }
            state.lookups.hits += 1
            state.unlink(place)
            state.pushNewest(place)
            return state.entries[place].block
        }
    }

    /// Keeps a block, in the place of one that reached less far, and lets go of the oldest ones that are too many.
    func insert(_ block: LogBlock, as key: Key) {
        state.withLock { state in
            if let place = state.index[key] {
                state.byteCount += block.capacity - state.entries[place].block.capacity
                state.entries[place].block = block
                state.unlink(place)
                state.pushNewest(place)
            } else {
                state.entries.append(Entry(key: key, block: block, newer: -1, older: -1))
                state.index[key] = state.entries.count - 1
                state.pushNewest(state.entries.count - 1)
                state.byteCount += block.capacity
            }
            while state.byteCount > capacity, state.oldest >= 0 { state.removeOldest() }
        }
    }
}

extension BlockCache.State {
    fileprivate mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }

    fileprivate mutating func pushNewest(_ place: Int) {
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    /// The last entry moves into the place that becomes free.
    fileprivate mutating func removeOldest() {
        let place = oldest
        byteCount -= entries[place].block.capacity
        unlink(place)
        index[entries[place].key] = nil
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        index[last.key] = place
        if last.newer >= 0 { entries[last.newer].older = place } else { newest = place }
        if last.older >= 0 { entries[last.older].newer = place } else { oldest = place }
    }
}
