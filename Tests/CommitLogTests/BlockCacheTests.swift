import LinuxKernel
import RecordFormat
import Synchronization
import Testing

@testable import CommitLog

@Suite("The cache of blocks")
struct BlockCacheTests {
    private static let block = BlockExtent.byteCount

    private func extent(_ number: Int, of segment: UInt64 = 1) -> BlockExtent {
        BlockExtent(of: segment, at: number * Self.block, slot: nil)
    }

    /// A block as it is read, with the first bytes of its extent.
    private func makeBlock(_ number: Int, in cache: BlockCache, byteCount: Int = Self.block) -> LogBlock {
        let block = cache.makeBlock(extent(number))
        unsafe Self.pattern(from: number * Self.block, byteCount).withUnsafeBytes { unsafe block.append($0) }
        return block
    }

    /// What lies in the file at a position.
    private static func pattern(from start: Int, _ byteCount: Int) -> [UInt8] {
        (start..<start + byteCount).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    }

    private func fill(_ cache: BlockCache, at position: Int, _ byteCount: Int, slot: Range<Int>? = nil) {
        unsafe Self.pattern(from: position, byteCount).withUnsafeBytes {
            unsafe cache.fill($0, of: 1, at: position, slot: slot)
        }
    }

    /// What the cache has of a range, block by block; nil where it lacks any of it.
    private func read(_ cache: BlockCache, _ range: Range<Int>, slot: Range<Int>? = nil) -> [UInt8]? {
        var found: [UInt8] = []
        while found.count < range.count {
            let position = range.lowerBound + found.count
            let extent = BlockExtent(of: 1, at: position, slot: slot)
            guard let block = cache.find(extent, from: position, to: range.upperBound) else { return nil }
            found += unsafe Array(block.bytes(from: position, to: range.upperBound))
        }
        return found
    }

    @Test("keeps what was used last, within its bytes")
    func bounded() {
        let cache = BlockCache(capacity: 3 * Self.block)
        for number in 0..<3 { cache.insert(makeBlock(number, in: cache), as: extent(number)) }
        #expect(cache.find(extent(0), from: 0, to: 10) != nil)
        cache.insert(makeBlock(3, in: cache), as: extent(3))
        #expect(cache.byteCount == 3 * Self.block)
        for number in [1, 0, 2, 3] {
            let found = cache.find(extent(number), from: number * Self.block, to: number * Self.block + 10)
            #expect((found != nil) == (number != 1))
        }
        #expect(cache.find(extent(0, of: 2), from: 0, to: 10) == nil)
        #expect(cache.usage == .init(hits: 4, misses: 2))
        cache.removeAll()
        #expect(cache.byteCount == 0 && cache.contentByteCount == 0)
    }

    @Test("a block that does not have all that is needed is no hit, and one that was read anew adds to it")
    func growing() {
        let cache = BlockCache(capacity: 3 * Self.block)
        cache.insert(makeBlock(0, in: cache, byteCount: 40), as: extent(0))
        #expect(read(cache, 0..<40) == Self.pattern(from: 0, 40))
        #expect(read(cache, 0..<41) == nil)
        cache.insert(makeBlock(0, in: cache, byteCount: 90), as: extent(0))
        #expect(read(cache, 7..<90) == Self.pattern(from: 7, 83))
        // Read before it grew: the bytes behind are kept.
        cache.insert(makeBlock(0, in: cache, byteCount: 60), as: extent(0))
        #expect(read(cache, 7..<90) == Self.pattern(from: 7, 83))
        #expect(cache.byteCount == Self.block)
    }

    @Test("in any order of use it agrees with a plain list")
    func model() {
        var order: [Int] = []
        let cache = BlockCache(capacity: 8 * Self.block)
        var state: UInt64 = 3
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            let number = Int(state >> 33) % 20
            let start = number * Self.block
            let isThere = cache.find(extent(number), from: start, to: start) != nil
            #expect(isThere == order.contains(number))
            order.removeAll { $0 == number }
            order.append(number)
            if !isThere { cache.insert(makeBlock(number, in: cache, byteCount: 10), as: extent(number)) }
            if order.count > 8 { order.removeFirst() }
        }
    }

    @Test("appends are found as they come, however they lie across blocks, and the oldest leave")
    func appends() {
        let cache = BlockCache(capacity: 4 * Self.block)
        var end = 0
        for number in 0..<60 {
            let byteCount = 1 + number * 7919 % 60_000
            fill(cache, at: end, byteCount)
            #expect(read(cache, end..<end + byteCount) == Self.pattern(from: end, byteCount))
            end += byteCount
            #expect(cache.byteCount <= 4 * Self.block)
        }
        #expect(cache.usage.filledBytes == UInt64(end))
        #expect(read(cache, end - 3 * Self.block..<end) == Self.pattern(from: end - 3 * Self.block, 3 * Self.block))
        #expect(read(cache, 0..<10) == nil)
    }

    @Test("a block that was gone begins again where the next append lies, and what is read of it later goes before")
    func middle() {
        let cache = BlockCache(capacity: 2 * Self.block)
        fill(cache, at: 0, 1000)
        for number in 5..<7 { cache.insert(makeBlock(number, in: cache), as: extent(number)) }
        fill(cache, at: 1000, 500)
        #expect(read(cache, 1000..<1500) == Self.pattern(from: 1000, 500))
        #expect(read(cache, 999..<1500) == nil)
        // Read from the file as it was when 1200 bytes were readable.
        cache.insert(makeBlock(0, in: cache, byteCount: 1200), as: extent(0))
        #expect(read(cache, 0..<1500) == Self.pattern(from: 0, 1500))
        fill(cache, at: 1500, 10)
        #expect(read(cache, 0..<1510) == Self.pattern(from: 0, 1510))
    }

    @Test("what does not count after all is forgotten, and what follows takes its place")
    func cut() {
        let cache = BlockCache(capacity: 4 * Self.block)
        fill(cache, at: 0, Self.block - 100)
        fill(cache, at: Self.block - 100, 5000)
        cache.cut(Self.block - 100..<Self.block + 4900, of: 1, slot: nil)
        #expect(read(cache, 0..<Self.block - 100)?.count == Self.block - 100)
        #expect(read(cache, 0..<Self.block - 99) == nil)
        #expect(cache.contentByteCount == Self.block - 100)
        fill(cache, at: Self.block - 100, 300)
        #expect(read(cache, 0..<Self.block + 200) == Self.pattern(from: 0, Self.block + 200))
    }

    @Test("batches in slots are kept each by itself, and never show what lies around them")
    func slots() {
        let cache = BlockCache(capacity: 8 * Self.block)
        let slots = [10_000..<19_000, 0..<9_000, 30_001..<30_001 + Self.block + 5]
        for slot in slots { fill(cache, at: slot.lowerBound, slot.count, slot: slot) }
        for slot in slots {
            #expect(read(cache, slot, slot: slot) == Self.pattern(from: slot.lowerBound, slot.count))
        }
        #expect(read(cache, 20_000..<20_010, slot: 20_000..<29_000) == nil)
        cache.cut(slots[2], of: 1, slot: slots[2])
        #expect(read(cache, slots[2], slot: slots[2]) == nil)
        #expect(read(cache, slots[1], slot: slots[1]) != nil)
    }

    @Test("memory that somebody sends from is not used again")
    func held() throws {
        let cache = BlockCache(capacity: Self.block)
        fill(cache, at: 0, 1000)
        let held = try #require(cache.find(extent(0), from: 0, to: 1000))
        for number in 1..<9 { fill(cache, at: number * Self.block, 1000) }
        #expect(unsafe Array(held.bytes(from: 0, to: 1000)) == Self.pattern(from: 0, 1000))
    }

    @Test("threads that fill, read and hold at the same time find what is theirs or nothing, and never each other's")
    func threads() throws {
        // Room for fewer than there are, so that each takes the others' memory.
        let cache = BlockCache(capacity: 3 * Self.block)
        let sound = Atomic<Int>(0)
        let wrong = Atomic<Int>(0)
        let threads = try (UInt64(1)...4).map { segment in
            try KernelThread(name: "cache-\(segment)") {
                let byteCount = Self.block / 4
                var held: (block: LogBlock, range: Range<Int>, fill: UInt8)?
                for round in 0..<100 {
                    let fill = UInt8(segment) << 6 | UInt8(round % 64)
                    let range = round * byteCount..<(round + 1) * byteCount
                    unsafe [UInt8](repeating: fill, count: byteCount).withUnsafeBytes {
                        unsafe cache.fill($0, of: segment, at: range.lowerBound, slot: nil)
                    }
                    if let held {
                        let range = held.range
                        let bytes = unsafe Array(held.block.bytes(from: range.lowerBound, to: range.upperBound))
                        if bytes == [UInt8](repeating: held.fill, count: byteCount) {
                            sound.add(1, ordering: .relaxed)
                        } else {
                            wrong.add(1, ordering: .relaxed)
                        }
                    }
                    let extent = BlockExtent(of: segment, at: range.lowerBound, slot: nil)
                    held = cache.find(extent, from: range.lowerBound, to: range.upperBound).map {
                        (block: $0, range: range, fill: fill)
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(wrong.load(ordering: .relaxed) == 0)
        #expect(sound.load(ordering: .relaxed) > 0)
    }
}

@Suite("A log with a cache of the process's own")
struct CachedLogTests {
    /// Up to which offset the cache has the log from its start on, as the file has it; nil where it lacks any.
    private func cachedEnd(of log: PartitionLog, in cache: BlockCache) throws -> Int64? {
        var offset = log.logStartOffset
        while let slice = try log.slice(at: offset, maxBytes: 4000) {
            var bytes: [UInt8] = []
            while bytes.count < slice.byteCount {
                let position = slice.position + bytes.count
                let end = slice.position + slice.byteCount
                let extent = BlockExtent(of: slice.segment.identifier, at: position, slot: slice.slot)
                guard let block = cache.find(extent, from: position, to: end) else { return nil }
                bytes += unsafe Array(block.bytes(from: position, to: end))
            }
            var file = [UInt8](repeating: 0, count: slice.byteCount)
            try unsafe file.withUnsafeMutableBytes {
                _ = unsafe try slice.segment.open().file.readAll(into: $0, at: slice.position)
            }
            #expect(bytes == file, "at offset \(offset)")
            try unsafe bytes.withUnsafeBytes {
                var batches = unsafe RecordBatchSequence($0)
                while let batch = try batches.next() { offset = batch.header.nextOffset }
            }
        }
        return offset
    }

    @Test("has there what is in the file, byte for byte, or nothing of it", arguments: RunnablePaths.onDisk)
    func contents(_ path: String) throws {
        let fills = try !#require(AppendPathCatalog.entry(named: path)).traits.limitations.contains(.fillsNoCache)
        for placement in PlacementCatalog.all {
            let fixture = try LogFixture(
                .with {
                    $0.placement = placement.name
                    $0.segmentBytes = 65536
                    $0.maxMessageBytes = 8192
                    $0.retentionBytes = 100_000
                    $0.segmentReuse = placement.isDense ? .none : .recycle
                }, appendPath: path)
            let cache = BlockCache(capacity: 4 << 20)
            let log = try fixture.open(cache: cache)
            for batch in try Batches.varied(120, seed: 3, largestValue: 1500) {
                try log.append(batch, fixture.path)
                if log.retentionIsDue { _ = try log.applyRetention(now: 0) }
                guard fills else { continue }
                #expect(try cachedEnd(of: log, in: cache) == log.logEndOffset)
            }
            #expect(log.segments.count > 1)
            #expect((cache.usage.filledBytes > 0) == fills)
        }
    }

    @Test("forgets what a failed write took back, and has what was written in its place")
    func failedWrite() throws {
        for placement in PlacementCatalog.all {
            let fixture = try LogFixture(
                .with {
                    $0.placement = placement.name
                    $0.maxMessageBytes = 8192
                    $0.segmentBytes = 1 << 20
                })
            let cache = BlockCache(capacity: 16 << 20)
            let log = try fixture.open(cache: cache)
            let batches = try Batches.varied(12, seed: 9)
            for batch in batches[..<4] { try log.append(batch, fixture.path) }
            let counted = cache.contentByteCount
            InjectedFaults.arm(.init(kind: .pwrite, pathPrefix: fixture.directory, code: 28))
            // In slots each batch is a write of its own.
            for batch in batches[4..<(placement.isDense ? 5 : 7)] { try log.commit(batch, fixture.path) }
            #expect(cache.contentByteCount > counted)
            #expect(throws: LogError.self) { try log.settle(using: fixture.path) }
            #expect(cache.contentByteCount == counted)
            InjectedFaults.disarm(pathPrefix: fixture.directory)
            for batch in batches[7...] { try log.append(batch, fixture.path) }
            #expect(try cachedEnd(of: log, in: cache) == log.logEndOffset)
        }
    }
}
