import KafkaClient
import KafkaProtocol
import LinuxKernel
import RecordFormat
import Testing

/// The producer against nodes that behave as a test wants.
@Suite("Producer")
struct ProducerTests {
    private let loop: ClientLoop

    init() throws { loop = try ClientLoop() }

    private func withProducer(
        of node: FakeNode, _ configure: (inout ProducerConfiguration) -> Void = { _ in },
        _ body: (Producer, Int) throws -> Void
    ) throws {
        defer { node.stop() }
        var configuration = ProducerConfiguration()
        configuration.client.retryBackoff = 1_000_000
        configuration.client.reconnectBackoff = 1_000_000
        configure(&configuration)
        let producer = try Producer(loop, bootstrap: [node.address], configuration)
        try body(producer, producer.open("t"))
        producer.close()
    }

    private func append(_ count: Int, byteCount: Int = 10, key: String? = nil, to producer: Producer) throws {
        for _ in 0..<count {
            try unsafe withBytes(String(repeating: "v", count: byteCount)) { value in
                let isTaken: Bool
                if let key {
                    isTaken = unsafe try withBytes(key) { key in
                        unsafe try producer.append(toTopic: 0, key: key, value: value)
                    }
                } else {
                    isTaken = unsafe try producer.append(toTopic: 0, key: nil, value: value)
                }
                #expect(isTaken)
            }
        }
    }

    @Test("records wait for linger.ms, and then go together")
    func linger() throws {
        try withProducer(of: FakeNode()) {
            $0.linger = 50_000_000
        } _: { producer, _ in
            let began = MonotonicClock.now()
            try append(3, to: producer)
            let outcome = try #require(try producer.outcomes(1).first)
            #expect(outcome.recordCount == 3)
            #expect(outcome.sentAt - began >= 50_000_000)
            #expect(outcome.enqueuedAt >= began)
        }
    }

    @Test("a batch is full at batch.size, and does not wait then")
    func batchSize() throws {
        let node = try FakeNode()
        try withProducer(of: node) {
            $0.linger = 60_000_000_000
            $0.batchSize = 1000
        } _: { producer, _ in
            try append(25, byteCount: 90, to: producer)
            let outcomes = try producer.outcomes(2)
            #expect(outcomes.count == 2)
            for outcome in outcomes {
                #expect(outcome.byteCount <= 1000 && outcome.byteCount > 800)
                #expect(outcome.recordCount == outcomes[0].recordCount)
            }
            #expect(producer.pendingBatches == 1)
            try producer.flush()
            let last = try #require(producer.nextOutcome())
            #expect(last.recordCount == 25 - 2 * outcomes[0].recordCount)
        }
    }

    @Test("a record larger than batch.size has a batch of its own")
    func largeRecord() throws {
        try withProducer(of: FakeNode()) {
            $0.batchSize = 100
        } _: { producer, _ in
            try append(2, byteCount: 5000, to: producer)
            try #expect(producer.outcomes(2).map(\.recordCount) == [1, 1])
        }
    }

    @Test("while the window is full, records gather in the batch that waits for it")
    func gathering() throws {
        let node = try FakeNode { request, number in
            request.api == .produce && number == 0 ? .silence : .answer
        }
        try withProducer(of: node) {
            $0.maxInFlight = 1
            $0.client.requestTimeout = 50_000_000
            $0.retries = 0
        } _: { producer, _ in
            try append(1, to: producer)
            try loop.poll(nanoseconds: 0)
            for _ in 0..<5 {
                try append(2, to: producer)
                try loop.poll(nanoseconds: 0)
            }
            let outcomes = try producer.outcomes(2)
            #expect(outcomes.map(\.recordCount) == [1, 10])
            #expect(outcomes[0].failure != nil && outcomes[1].failure == nil)
        }
    }

    @Test("beyond buffer.memory nothing is taken, until a batch has its outcome")
    func bufferMemory() throws {
        let batches = try Batches(byteCount: 400, count: 3)
        try withProducer(of: FakeNode()) {
            $0.bufferMemory = 1000
        } _: { producer, topic in
            let partition = PartitionID(topic: topic, index: 0)
            #expect(batches.send(0, with: producer, to: partition))
            #expect(batches.send(1, with: producer, to: partition))
            #expect(!batches.send(2, with: producer, to: partition))
            #expect(producer.pendingBatches == 2)
            try #expect(producer.outcomes(1).count >= 1)
            #expect(batches.send(2, with: producer, to: partition))
            try producer.flush()
            #expect(producer.bufferedBytes == 0)
        }
    }

    @Test("a batch for each partition of a node goes in one request, up to max.request.size")
    func oneRequestPerNode() throws {
        let node = try FakeNode(topics: ["t": 4, "u": 2])
        let batches = try Batches(byteCount: 1000, count: 6)
        try withProducer(of: node) {
            $0.maxRequestSize = 5000
        } _: { producer, topic in
            let other = try producer.open("u")
            for index in 0..<4 {
                #expect(batches.send(index, with: producer, to: PartitionID(topic: topic, index: index)))
            }
            for index in 0..<2 {
                #expect(batches.send(4 + index, with: producer, to: PartitionID(topic: other, index: index)))
            }
            try #expect(producer.outcomes(6).allSatisfy { $0.failure == nil })
            let requests = node.requests(.produce).map { $0.partitions.map { "\($0.topic)-\($0.index)" } }
            #expect(requests == [["t-0", "t-1", "t-2", "t-3"], ["u-0", "u-1"]])
        }
    }

    @Test("an error that may pass is tried again after new metadata; one that may not is the outcome")
    func refusals() throws {
        let node = try FakeNode { request, number in
            guard request.api == .produce else { return .answer }
            return [.refuse(.notLeaderOrFollower), .refuse(.leaderNotAvailable), .answer, .refuse(.messageTooLarge)][
                number]
        }
        let batches = try Batches([["a"], ["b"]])
        try withProducer(of: node) { _ in
        } _: { producer, topic in
            let partition = PartitionID(topic: topic, index: 0)
            #expect(batches.send(0, with: producer, to: partition))
            let first = try #require(try producer.outcomes(1).first)
            #expect(first.failure == nil && first.attempts == 3)
            #expect(node.requests(.metadata).count >= 2)
            #expect(batches.send(1, with: producer, to: partition))
            let second = try #require(try producer.outcomes(1).first)
            #expect(second.attempts == 1)
            #expect(
                second.failure.map { "\($0)" }
                    == "Produce of t-0 at 127.0.0.1:\(node.port): MESSAGE_TOO_LARGE")
        }
    }

    @Test(
        "after a broken connection the client connects again, and sends what had no answer in its order",
        arguments: [1, 5])
    func reconnection(maxInFlight: Int) throws {
        let node = try FakeNode { request, number in
            request.api == .produce && number == 2 ? .close : .answer
        }
        let batches = try Batches((0..<5).map { [String(repeating: "x", count: $0)] })
        try withProducer(of: node) {
            $0.maxInFlight = maxInFlight
        } _: { producer, topic in
            for index in 0..<5 {
                #expect(batches.send(index, with: producer, to: PartitionID(topic: topic, index: 0)))
            }
            let outcomes = try producer.outcomes(5)
            #expect(outcomes.map(\.tag) == [0, 1, 2, 3, 4])
            #expect(outcomes.allSatisfy { $0.failure == nil })
            #expect(node.requests(.apiVersions).count == 2)
            // With more than one on the way, answers that were sent already can be lost with the connection.
            guard maxInFlight == 1 else { return }
            #expect(outcomes.map(\.attempts) == [1, 1, 2, 1, 1])
            let lengths = node.requests(.produce).map { $0.partitions[0].byteCount }
            #expect(lengths == outcomes[..<3].map(\.byteCount) + outcomes[2...].map(\.byteCount))
        }
    }

    @Test("without retries a broken connection is the outcome, with the node and the partition")
    func noRetries() throws {
        let node = try FakeNode { request, _ in request.api == .produce ? .close : .answer }
        let batches = try Batches([["a"]])
        try withProducer(of: node) {
            $0.retries = 0
        } _: { producer, topic in
            #expect(batches.send(0, with: producer, to: PartitionID(topic: topic, index: 0)))
            let failure = try #require(try producer.outcomes(1).first?.failure)
            #expect(
                "\(failure)" == "Produce of t-0 at 127.0.0.1:\(node.port): the node closed the connection")
        }
    }

    @Test("an answer to another request ends the connection")
    func wrongCorrelation() throws {
        let node = try FakeNode { request, number in
            request.api == .produce && number == 0 ? .wrongCorrelation : .answer
        }
        let batches = try Batches([["a"]])
        try withProducer(of: node) { _ in
        } _: { producer, topic in
            #expect(batches.send(0, with: producer, to: PartitionID(topic: topic, index: 0)))
            try #expect(producer.outcomes(1).first?.attempts == 2)
        }
    }

    @Test("answers that come byte by byte are put together")
    func drip() throws {
        let batches = try Batches([["a"], ["b"]])
        try withProducer(of: FakeNode { _, _ in .drip }) { _ in
        } _: { producer, topic in
            for index in 0..<2 {
                #expect(batches.send(index, with: producer, to: PartitionID(topic: topic, index: 0)))
            }
            try #expect(producer.outcomes(2).allSatisfy { $0.failure == nil })
        }
    }

    @Test("acks 0 has its outcome when the kernel has the batch")
    func acksNone() throws {
        let node = try FakeNode()
        let batches = try Batches(byteCount: 100_000, count: 3)
        try withProducer(of: node) {
            $0.acks = .none
        } _: { producer, topic in
            for index in 0..<3 {
                #expect(batches.send(index, with: producer, to: PartitionID(topic: topic, index: 0)))
            }
            let outcomes = try producer.outcomes(3)
            #expect(outcomes.map(\.tag) == [0, 1, 2])
            #expect(outcomes.allSatisfy { $0.failure == nil && $0.baseOffset == -1 })
        }
    }

    @Test("a node that speaks only the oldest ApiVersions is understood")
    func oldVersions() throws {
        let node = try FakeNode(oldVersions: true)
        try withProducer(of: node) { _ in
        } _: { _, _ in
        }
        #expect(node.requests(.apiVersions).map(\.version) == [3, 0])
    }

    @Test("latency counts from the intended start that the caller gives")
    func intendedStart() throws {
        let batches = try Batches([["a"]])
        try withProducer(of: FakeNode()) { _ in
        } _: { producer, topic in
            #expect(batches.send(0, with: producer, to: PartitionID(topic: topic, index: 0), intendedAt: 42))
            try #expect(producer.outcomes(1).first?.intendedAt == 42)
        }
    }

    @Test("records spread as the partitioner says", arguments: Partitioner.allCases)
    func partitioners(_ partitioner: Partitioner) throws {
        let node = try FakeNode(topics: ["t": 4])
        try withProducer(of: node) {
            $0.partitioner = partitioner
            $0.linger = 60_000_000_000
            $0.batchSize = 300
        } _: { producer, _ in
            try append(8, byteCount: 60, key: "k", to: producer)
            try producer.flush()
            var counts = [0, 0, 0, 0]
            while let outcome = producer.nextOutcome() { counts[outcome.partition.index] += outcome.recordCount }
            let ofKey = unsafe withBytes("k") { unsafe Partitioner.partition(ofKey: $0, count: 4) }
            switch partitioner {
            case .key: #expect(counts[ofKey] == 8)
            case .roundRobin: #expect(counts == [2, 2, 2, 2])
            // It moves on with each full batch, of three records here.
            case .sticky: #expect(counts.reduce(0, +) == 8 && counts.filter { $0 > 0 }.count >= 2 && counts.contains(3))
            }
        }
    }

    @Test("a batch that finds no leader fails after delivery.timeout.ms")
    func deliveryTimeout() throws {
        let node = try FakeNode { request, _ in
            request.api == .produce ? .refuse(.notLeaderOrFollower) : .answer
        }
        let batches = try Batches([["a"]])
        try withProducer(of: node) {
            $0.deliveryTimeout = 150_000_000
        } _: { producer, topic in
            #expect(batches.send(0, with: producer, to: PartitionID(topic: topic, index: 0)))
            let outcome = try #require(try producer.outcomes(1).first)
            #expect(outcome.failure != nil && outcome.attempts > 1)
            #expect(outcome.finishedAt - outcome.enqueuedAt >= 150_000_000)
        }
    }
}
