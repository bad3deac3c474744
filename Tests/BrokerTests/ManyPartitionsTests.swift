import KafkaProtocol
import LinuxKernel
import Testing

@Suite("Many partitions on one node")
struct ManyPartitionsTests {
    @Test("ten thousand partitions start, serve and stop within 300 descriptors, and take at most 32 KiB each")
    func descriptorsAndMemory() throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let limit = 300
        let partitions: Int32 = 10_000
        let touched = (0..<partitions).filter { $0.isMultiple(of: 25) }
        do {
            let broker = try BrokerProcess(in: directory, descriptors: limit)
            let client = try TestClient(port: broker.port)
            #expect(try client.createTopic("few") == .none)
            #expect(try client.produce("few", Batch.make(["a"])).errorCode == .none)
            let before = try broker.residentBytes()
            #expect(try client.createTopic("t", partitions: partitions) == .none)
            for partition in touched {
                let reply = try client.produce("t", partition: partition, Batch.make(["of \(partition)"]))
                #expect(reply.errorCode == .none)
            }
            #expect(try broker.descriptorCount() <= limit)
            let each = (try broker.residentBytes() - before) / Int(partitions)
            #expect(each <= 32 * 1024, "\(each) bytes")
            #expect(broker.terminate() == 0)
        }
        let broker = try BrokerProcess(in: directory, descriptors: limit)
        let client = try TestClient(port: broker.port)
        for partition in touched {
            let fetched = try client.fetch("t", partition: partition, from: 0)
            #expect(try Batch.records(fetched.bytes).map(\.value) == ["of \(partition)"])
        }
        #expect(try broker.descriptorCount() <= limit)
        #expect(broker.terminate() == 0)
    }
}
