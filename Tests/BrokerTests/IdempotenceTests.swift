import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Idempotent producers")
struct IdempotenceTests {
    private func newProducer(_ client: TestClient) throws -> Int64 {
        let answer = try client.call(InitProducerIdRequest(), version: 4, InitProducerIdResponse.self)
        #expect(answer.errorCode == .none)
        return answer.producerId
    }

    @Test("a batch that is sent again is acknowledged with its first offset and not stored twice")
    func duplicates() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let id = try newProducer(client)
        for number in 0..<7 {
            let batch = try Batch.make(["\(number)"], producerId: id, epoch: 0, sequence: Int32(number))
            #expect(try client.produce("t", batch).baseOffset == Int64(number))
        }
        let again = try Batch.make(["3"], producerId: id, epoch: 0, sequence: 3)
        #expect(try client.produce("t", again).baseOffset == 3)
        let forgotten = try Batch.make(["0"], producerId: id, epoch: 0, sequence: 0)
        #expect(try client.produce("t", forgotten).errorCode == .outOfOrderSequenceNumber)
        let gap = try Batch.make(["9"], producerId: id, epoch: 0, sequence: 9)
        #expect(try client.produce("t", gap).errorCode == .outOfOrderSequenceNumber)
        #expect(try client.fetch("t", from: 0).partition.highWatermark == 7)
    }

    @Test("an older epoch is fenced, a newer one begins at sequence 0")
    func epochs() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let id = try newProducer(client)
        func produce(epoch: Int16, sequence: Int32) throws -> ErrorCode {
            try client.produce("t", Batch.make(["x"], producerId: id, epoch: epoch, sequence: sequence)).errorCode
        }
        #expect(try produce(epoch: 1, sequence: 0) == .none)
        #expect(try produce(epoch: 0, sequence: 1) == .invalidProducerEpoch)
        #expect(try produce(epoch: 2, sequence: 5) == .outOfOrderSequenceNumber)
        #expect(try produce(epoch: 2, sequence: 0) == .none)
    }

    @Test("sequences go round behind the largest number")
    func wrap() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let id = try newProducer(client)
        let last = try Batch.make(["a", "b"], producerId: id, epoch: 0, sequence: .max - 1)
        #expect(try client.produce("t", last).errorCode == .none)
        let first = try Batch.make(["c"], producerId: id, epoch: 0, sequence: 0)
        #expect(try client.produce("t", first).baseOffset == 2)
    }

    @Test("what a producer sent is known after a restart, clean or from the log alone", arguments: [true, false])
    func restart(hasFile: Bool) throws {
        let directory = RunningBroker.makeDirectory()
        let first = try RunningBroker(in: directory, keepingDirectory: true)
        var client = try first.connect()
        let id = try newProducer(client)
        for number in 0..<3 {
            _ = try client.produce("t", Batch.make(["x"], producerId: id, epoch: 0, sequence: Int32(number)))
        }
        first.stop()
        if !hasFile { try Directory.unlinkFile(directory + "/logs/t-0/producers") }
        let second = try RunningBroker(in: directory)
        client = try second.connect()
        let again = try Batch.make(["x"], producerId: id, epoch: 0, sequence: 2)
        #expect(try client.produce("t", again).baseOffset == 2)
        let next = try Batch.make(["x"], producerId: id, epoch: 0, sequence: 3)
        #expect(try client.produce("t", next).baseOffset == 3)
        #expect(try newProducer(client) != id)
    }

    @Test("transactions are refused")
    func transactions() throws {
        let broker = try RunningBroker()
        let client = try broker.connect()
        let coordinator = try client.call(
            FindCoordinatorRequest {
                $0.key = "tx"
                $0.keyType = 1
            }, version: 3, FindCoordinatorResponse.self)
        #expect(coordinator.errorCode == .transactionalIdAuthorizationFailed)
        let id = try client.call(
            InitProducerIdRequest { $0.transactionalId = "tx" }, version: 4, InitProducerIdResponse.self)
        #expect(id.errorCode == .transactionalIdAuthorizationFailed)
    }
}
