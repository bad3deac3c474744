import CAllocationCounter
import KafkaClient
import LinuxKernel
import RecordFormat
import Testing

/// In the steady state a batch costs no allocation, neither when it is produced nor when it is consumed.
@Suite("Allocations")
struct AllocationTests {
    /// Runs in a thread of its own, whose allocations are counted: a test may change its thread.
    private func inThread(_ body: @escaping @Sendable () throws -> Void) throws {
        nonisolated(unsafe) var failure: (any Error)?
        let thread = try KernelThread(name: "client") {
            do {
                try body()
            } catch {
                unsafe failure = error
            }
        }
        thread.join()
        if let failure = unsafe failure { throw failure }
    }

    /// Without optimization the standard library's loops and closures allocate.
    static let isOptimized: Bool = {
        var isOptimized = true
        assert(
            {
                isOptimized = false
                return true
            }())
        return isOptimized
    }()

    @Test(
        "a thousand batches are sent and acknowledged without an allocation", .enabled(if: isOptimized, "a debug build")
    )
    func producing() throws {
        let broker = try RunningBroker()
        let address = broker.address
        try inThread {
            let loop = try ClientLoop()
            let admin = ClusterConnection(loop, bootstrap: [address])
            try admin.createTopic("events", partitions: 4)
            let producer = try Producer(loop, bootstrap: [address])
            let topic = try producer.open("events")
            let batches = try Batches(byteCount: 10_000, count: 8)
            func send(_ count: Int) throws -> UInt64 {
                let before = sluice_thread_allocations()
                var sent = 0
                var done = 0
                while done < count {
                    while sent < count, sent - done < 8 {
                        _ = batches.send(sent % 8, with: producer, to: PartitionID(topic: topic, index: sent % 4))
                        sent += 1
                    }
                    try loop.poll(nanoseconds: 100_000_000)
                    while let outcome = producer.nextOutcome() {
                        if outcome.failure == nil { done += 1 }
                    }
                }
                return sluice_thread_allocations() - before
            }
            _ = try send(200)
            let allocations = try send(1000)
            #expect(allocations == 0)
        }
    }

    @Test(
        "a thousand batches are fetched and looked at without an allocation", .enabled(if: isOptimized, "a debug build")
    )
    func consuming() throws {
        let broker = try RunningBroker()
        let address = broker.address
        try inThread {
            let loop = try ClientLoop()
            let admin = ClusterConnection(loop, bootstrap: [address])
            try admin.createTopic("events", partitions: 4)
            let producer = try Producer(loop, bootstrap: [address])
            let topic = try producer.open("events")
            let batches = try Batches(byteCount: 10_000, count: 8)
            for number in 0..<1000 {
                let partition = PartitionID(topic: topic, index: number % 4)
                while !batches.send(number % 8, with: producer, to: partition) { try producer.flush() }
            }
            try producer.flush()
            var configuration = ConsumerConfiguration()
            configuration.maxPartitionFetchBytes = 50_000
            let consumer = Consumer(loop, bootstrap: [address], configuration)
            let read = try consumer.open("events")
            func fetchAll() throws -> UInt64 {
                let before = sluice_thread_allocations()
                for index in 0..<4 { consumer.seek(PartitionID(topic: read, index: index), to: 0) }
                var found = 0
                while found < 1000 {
                    try loop.poll(nanoseconds: 100_000_000)
                    while let fetched = consumer.next() {
                        var sequence = fetched.batches
                        while let batch = try sequence.next() { found += Int(batch.header.recordCount) }
                    }
                }
                return sluice_thread_allocations() - before
            }
            _ = try fetchAll()
            let allocations = try fetchAll()
            #expect(allocations == 0)
        }
    }
}
