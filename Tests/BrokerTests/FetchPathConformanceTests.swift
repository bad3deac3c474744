import Broker
import CommitLog
import KafkaProtocol
import LinuxKernel
import RecordFormat
import Testing

/// What every fetch path must do, whichever way its bytes go.
@Suite("Fetch path conformance")
struct FetchPathConformanceTests {
    /// The batches of a partition, and what a fetch of them has to bring.
    private struct StoredLog {
        struct Batch {
            var baseOffset: Int64
            var lastOffset: Int64
            var position: Int
            var byteCount: Int
            var segment: Int
        }

        var batches: [Batch] = []
        var segments: [[UInt8]] = []

        init(_ directory: String) throws {
            for name in try Directory.names(in: directory).sorted() where name.hasSuffix(".log") {
                let bytes = try Self.content(of: directory + "/" + name)
                var position = 0
                try unsafe bytes.withUnsafeBytes { buffer in
                    while position < buffer.count {
                        let header = unsafe try RecordBatchHeader(
                            parsing: UnsafeRawBufferPointer(rebasing: buffer[position...]))
                        batches.append(
                            Batch(
                                baseOffset: header.baseOffset,
                                lastOffset: header.baseOffset + Int64(header.recordCount) - 1, position: position,
                                byteCount: header.totalByteCount, segment: segments.count))
                        position += header.totalByteCount
                    }
                }
                segments.append(bytes)
            }
        }

        static func content(of path: String) throws -> [UInt8] {
            let file = try File(path, .readOnly)
            var bytes = [UInt8](repeating: 0, count: try file.size().length)
            _ = try file.readAll(into: &bytes)
            return bytes
        }

        func answer(from offset: Int64, maxBytes: Int) -> ArraySlice<UInt8> {
            guard let first = batches.first(where: { $0.lastOffset >= offset }) else { return [] }
            let segment = segments[first.segment]
            let count = min(max(maxBytes, first.byteCount), segment.count - first.position)
            return segment[first.position..<first.position + count]
        }
    }

    /// Letters in no order; a value is a piece of them from anywhere.
    private static let letters: [UInt8] = {
        var generator = Generator(state: 5)
        return (0..<600_000).map { _ in UInt8(ascii: "a") + UInt8(generator.next() % 26) }
    }()

    private func makeBatch(_ byteCount: Int, _ generator: inout Generator) throws -> [UInt8] {
        let start = Int(generator.next() % UInt64(Self.letters.count - byteCount))
        return try Batch.make([String(decoding: Self.letters[start..<start + byteCount], as: UTF8.self)])
    }

    @Test("every fetch path runs with Linux 6.2 and io_uring; elsewhere what does not is told")
    func everyPathRuns() throws {
        let release = try TextFile.read("/proc/sys/kernel/osrelease").split { !$0.isNumber }.compactMap { Int($0) }
        let isNew = (release[0], release[1]) >= (6, 2)
        let real = FetchPathCatalog.all.filter { !$0.traits.limitations.contains(.movesNothingReal) }.map(\.name)
        #expect(!isNew || Ring.objection() != nil || FetchPaths.real == real)
        #expect(FetchPaths.copying.contains("read-write") && FetchPaths.real.contains("sendfile"))
    }

    @Test("any offset and any size come byte for byte, to a reader in random steps", arguments: FetchPaths.real)
    func randomReads(fetchPath: String) throws {
        var generator = Generator(state: 7)
        let broker = try RunningBroker(["fetch.path=\(fetchPath)", "socket.send.buffer.bytes=65536"])
        let client = try broker.connect()
        #expect(try client.createTopic("t", configs: ["segment.bytes": "600000"]) == .none)
        for number in 0..<60 {
            // Sizes that begin and end anywhere within pages.
            let byteCount = number % 9 == 0 ? 150_000 : Int(generator.next() % 9000) + 1
            _ = try client.produce("t", makeBatch(byteCount, &generator))
        }
        let stored = try StoredLog(broker.directory + "/logs/t-0")
        #expect(stored.segments.count >= 2 && stored.batches.count == 60)
        for _ in 0..<60 {
            let offset = Int64(generator.next() % 60)
            let maxBytes = Int(generator.next() % 700_000) + 1
            try client.send(
                client.fetchFrame("t", [.init(index: 0, fetchOffset: offset, maxBytes: Int32(maxBytes))]))
            let found = try client.fetchResponse(chunk: Int(generator.next() % 20_000) + 1)[0].bytes
            #expect(found[...] == stored.answer(from: offset, maxBytes: maxBytes), "\(offset), \(maxBytes)")
        }
    }

    @Test("a reader that takes one byte at a time gets all of them, and others are served", arguments: FetchPaths.real)
    func byteByByte(fetchPath: String) throws {
        var generator = Generator(state: 11)
        let broker = try RunningBroker([
            "fetch.path=\(fetchPath)", "socket.send.buffer.bytes=4608", "socket.receive.buffer.bytes=4608",
            "fetch.pipe.bytes=8192",
        ])
        let slow = try broker.connect()
        let other = try broker.connect()
        _ = try slow.produce("t", makeBatch(40_000, &generator))
        let stored = try StoredLog(broker.directory + "/logs/t-0")
        try slow.send(slow.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)]))
        #expect(try other.fetch("t", from: 0).bytes == stored.segments[0])
        #expect(try slow.fetchResponse(chunk: 1)[0].bytes == stored.segments[0])
    }

    @Test("several partitions and connections at a time get each their own", arguments: FetchPaths.real)
    func interleaved(fetchPath: String) throws {
        var generator = Generator(state: 13)
        let broker = try RunningBroker(["fetch.path=\(fetchPath)", "socket.send.buffer.bytes=16384"])
        let clients = try (0..<4).map { _ in try broker.connect() }
        #expect(try clients[0].createTopic("t", partitions: 3) == .none)
        for number in 0..<12 {
            _ = try clients[0].produce("t", partition: Int32(number % 3), makeBatch(60_000, &generator))
        }
        let stored = try (0..<3).map { try StoredLog(broker.directory + "/logs/t-\($0)").segments[0] }
        for client in clients {
            let wanted = (0..<3).map { FetchRequest.Partition(index: Int32($0), fetchOffset: 0, maxBytes: 1 << 20) }
            for _ in 0..<2 { try client.send(client.fetchFrame("t", wanted)) }
        }
        for _ in 0..<2 {
            for client in clients {
                let found = try client.fetchResponse(chunk: Int(generator.next() % 9000) + 1)
                #expect(found.map(\.bytes) == stored)
            }
        }
    }

    /// Each fetch path with each retention method that it goes with.
    private static let retentions = RetentionMethodCatalog.all.flatMap { method in
        (method.changesFile ? FetchPaths.copying : FetchPaths.real).map { (fetchPath: $0, method: method.name) }
    }

    @Test("what retention removes in the middle of a send still arrives whole", arguments: retentions)
    func retention(fetchPath: String, method: String) throws {
        var generator = Generator(state: 17)
        let broker = try RunningBroker([
            "fetch.path=\(fetchPath)", "socket.send.buffer.bytes=8192", "log.retention.check.interval.ms=20",
        ])
        let reader = try broker.connect()
        let producer = try broker.connect()
        let configs = ["segment.bytes": "1500000", "retention.bytes": "1500000", "retention.method": method]
        #expect(try reader.createTopic("t", configs: configs) == .none)
        for _ in 0..<7 { _ = try producer.produce("t", makeBatch(200_000, &generator)) }
        let path = broker.directory + "/logs/t-0/00000000000000000000.log"
        let content = try StoredLog.content(of: path)
        try reader.send(reader.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 4 << 20)]))
        try reader.waitForSome()
        func isGivenUp() throws -> Bool { try producer.fetch("t", from: 0, maxBytes: 1).partition.errorCode != .none }
        // A broker whose retention did nothing would fill the disk.
        for _ in 0..<2000 {
            if try isGivenUp() { break }
            _ = try producer.produce("t", makeBatch(200_000, &generator))
        }
        try #require(try isGivenUp())
        #expect(try reader.fetchResponse(chunk: 50_000)[0].bytes == content)
    }

    /// Sends an answer that fits into the socket's buffers whole, and has it changed in the file before it is received.
    ///
    /// - Parameter change: What is done to the segment's file.
    /// - Returns: Whether the records arrive as they were stored.
    private func arrivesAsStored(
        _ fetchPath: FetchPathCatalog.Entry, change: (_ file: borrowing File, _ byteCount: Int) throws -> Void
    ) throws -> Bool {
        var generator = Generator(state: 29)
        let broker = try RunningBroker(["fetch.path=\(fetchPath.name)", "socket.send.buffer.bytes=262144"])
        let client = try broker.connect()
        // More than the receiver's window, so that some of it has not even left the sender.
        _ = try client.produce("t", makeBatch(300_000, &generator))
        let path = broker.directory + "/logs/t-0/00000000000000000000.log"
        let stored = try StoredLog.content(of: path)
        let before = CallCounters.now()
        try client.send(client.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)]))
        try client.waitForSome()
        func isSent() -> Bool {
            let counted = CallCounters.now() - before
            return fetchPath.traits.carriers.allSatisfy { counted.bytes($0) >= UInt64(stored.count) }
        }
        for _ in 0..<500 where !isSent() { MonotonicClock.sleep(nanoseconds: 10_000_000) }
        try #require(isSent())
        try change(File(path, .readWrite), stored.count)
        return try client.fetchResponse()[0].bytes == stored
    }

    @Test(
        "a path that lends pages says so: only then what is changed in the file after a send changes what arrives",
        arguments: FetchPaths.real)
    func lentPages(fetchPath: String) throws {
        let entry = try #require(FetchPathCatalog.entry(named: fetchPath))
        /// The counters have other tests' bytes too, so now and then the change comes before the end of the send, and
        /// even a copy is one of what was changed. Pages that are lent show it every time.
        func everArrivesAsStored(_ change: (_ file: borrowing File, _ byteCount: Int) throws -> Void) throws -> Bool {
            for _ in 0..<3 where try arrivesAsStored(entry, change: change) { return true }
            return false
        }
        let lends = entry.traits.limitations.contains(.lendsPages)
        let outlastsWriting = try everArrivesAsStored { file, byteCount in
            unsafe try file.writeAll([UInt8](repeating: UInt8(ascii: "#"), count: byteCount).span.bytes, at: 0)
        }
        #expect(outlastsWriting == !lends)
        // Whether the kernel wipes pages that it drops is its own affair; a copy does not see it.
        if lends { return }
        let outlastsPunching = try everArrivesAsStored { file, byteCount in
            try file.punchHole(at: 0, byteCount: byteCount / 8192 * 4096)
        }
        #expect(outlastsPunching)
    }

    @Test(
        "what was sent before retention gave it up and new records were written over it arrives as it was",
        arguments: FetchPaths.copying)
    func reuse(fetchPath: String) throws {
        var generator = Generator(state: 23)
        let broker = try RunningBroker(["fetch.path=\(fetchPath)", "log.retention.check.interval.ms=5"])
        let reader = try broker.connect()
        let producer = try broker.connect()
        let configs = ["segment.bytes": "100000", "retention.bytes": "100000", "segment.reuse": "recycle"]
        #expect(try reader.createTopic("t", configs: configs) == .none)
        _ = try producer.produce("t", makeBatch(30_000, &generator))
        let path = broker.directory + "/logs/t-0/00000000000000000000.log"
        let stored = try StoredLog.content(of: path)
        let file = try File(path, .readOnly)
        try reader.send(reader.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)]))
        try reader.waitForSome()
        var content = stored
        for _ in 0..<200 where content[...] == stored[...] {
            _ = try producer.produce("t", makeBatch(30_000, &generator))
            MonotonicClock.sleep(nanoseconds: 2_000_000)
            _ = try file.readAll(into: &content)
        }
        #expect(content != stored, "the file was not used again")
        #expect(try reader.fetchResponse()[0].bytes == stored)
    }

    @Test(
        "a path that lends pages is refused beside what changes files, for all topics and for one; others are not",
        arguments: FetchPaths.real, [("segment.reuse", "recycle"), ("retention.method", "punch-hole")])
    func refusesReuse(fetchPath: String, setting: (key: String, value: String)) throws {
        let (key, value) = setting
        if FetchPaths.copying.contains(fetchPath) {
            let broker = try RunningBroker(["fetch.path=\(fetchPath)", "\(key)=\(value)"])
            #expect(try broker.connect().createTopic("t", configs: [key: value]) == .none)
        } else {
            let broker = try RunningBroker(["fetch.path=\(fetchPath)"])
            #expect(try broker.connect().createTopic("t", configs: [key: value]) == .invalidConfig)
            let error = #expect(throws: BrokerError.self) {
                _ = try RunningBroker(["fetch.path=\(fetchPath)", "\(key)=\(value)"])
            }
            let refusal = "\(key): '\(value)' does not go with fetch.path '\(fetchPath)'"
            #expect(error?.description.hasPrefix(refusal) == true)
        }
    }

    @Test("consumers that go in the middle of an answer leave no descriptor behind", arguments: FetchPaths.real)
    func disconnect(fetchPath: String) throws {
        var generator = Generator(state: 19)
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let broker = try BrokerProcess(in: directory, ["fetch.path=\(fetchPath)", "socket.send.buffer.bytes=16384"])
        let client = try TestClient(port: broker.port)
        for _ in 0..<4 { _ = try client.produce("t", makeBatch(500_000, &generator)) }
        let whole = try client.fetch("t", from: 0).bytes
        #expect(whole.count > 2_000_000)
        let before = try broker.descriptorCount()
        for _ in 0..<3 { try takeBeginnings(20, of: broker) }
        #expect(try client.fetch("t", from: 0).bytes == whole)
        // A path may keep a few pipes for all connections, but none for each that has gone.
        let kept = 16
        var after = try broker.descriptorCount()
        for _ in 0..<100 where after > before + kept {
            MonotonicClock.sleep(nanoseconds: 20_000_000)
            after = try broker.descriptorCount()
        }
        #expect(after <= before + kept)
        #expect(try broker.mappingCount(of: "/t-0/") <= 1)
    }

    private func takeBeginnings(_ count: Int, of broker: BrokerProcess) throws {
        for _ in 0..<count {
            let client = try TestClient(port: broker.port)
            try client.send(client.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 4 << 20)]))
            try client.waitForSome()
        }
    }

    @Test("a connection that has its answer costs one descriptor, whatever the path", arguments: FetchPaths.real)
    func idle(fetchPath: String) throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let broker = try BrokerProcess(in: directory, ["fetch.path=\(fetchPath)"])
        let first = try TestClient(port: broker.port)
        _ = try first.produce("t", Batch.make(byteCount: 300_000))
        #expect(try first.fetch("t", from: 0).bytes.count > 300_000)
        let before = try broker.descriptorCount()
        let clients = try (0..<50).map { _ in try TestClient(port: broker.port) }
        for client in clients { #expect(try client.fetch("t", from: 0).bytes.count > 300_000) }
        // One of them may have needed a second pipe for a moment.
        #expect(try broker.descriptorCount() <= before + clients.count + 2)
        withExtendedLifetime(clients) {}
    }

    @Test("a log that became shorter than it was ends the connection, not the broker", arguments: FetchPaths.real)
    func shortFile(fetchPath: String) throws {
        let broker = try RunningBroker(["fetch.path=\(fetchPath)"])
        let client = try broker.connect()
        _ = try client.produce("t", Batch.make(byteCount: 300_000))
        _ = try client.produce("other", Batch.make(["fine"]))
        let file = try File(broker.directory + "/logs/t-0/00000000000000000000.log", .readWrite)
        try file.truncate(to: 8192)
        try client.send(client.fetchFrame("t", [.init(index: 0, fetchOffset: 0, maxBytes: 1 << 20)]))
        #expect(try client.isClosed())
        let other = try broker.connect()
        #expect(try Batch.records(other.fetch("other", from: 0).bytes).map(\.value) == ["fine"])
    }

    @Test("sends without a copy are all completed, and the completions counted")
    func completions() throws {
        let broker = try RunningBroker(["fetch.path=zerocopy"])
        let client = try broker.connect()
        for _ in 0..<4 { _ = try client.produce("t", Batch.make(byteCount: 400_000)) }
        let before = CallCounters.now()
        var byteCount: UInt64 = 0
        for _ in 0..<5 { byteCount += UInt64(try client.fetch("t", from: 0).bytes.count) }
        var counted = CallCounters.now() - before
        #expect(counted.bytes(.sendZerocopy) >= byteCount)
        // On loopback every one says that the bytes were copied after all.
        for _ in 0..<200 where counted.bytes(.zerocopyCopied) < byteCount {
            MonotonicClock.sleep(nanoseconds: 10_000_000)
            counted = CallCounters.now() - before
        }
        #expect(counted.bytes(.zerocopyCopied) >= byteCount)
        #expect(counted.bytes(.zerocopyMoved) == 0)
    }
}

/// SplitMix64: the same reads every time.
private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
