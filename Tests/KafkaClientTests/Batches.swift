import Compression
import KafkaClient
import LinuxKernel
import RecordFormat

/// Memory that holds prebuilt batches as long as a test sends them.
@safe
final class Batches {
    private var all: [UnsafeRawBufferPointer] = unsafe []
    private let recordsEach: Int

    /// - Parameter values: The values of a batch's records.
    init(_ values: [[String]], codec: CodecID = .none) throws {
        recordsEach = values.first?.count ?? 0
        var encoder = RecordBatchEncoder()
        let compressor = try CodecCatalog[codec]!.makeCompressor()
        for values in values {
            unsafe try encoder.begin()
            for value in values {
                unsafe try withBytes(value) { bytes in
                    unsafe try encoder.append(timestamp: 1, key: nil, value: bytes)
                }
            }
            let batch = unsafe try encoder.finish(compressor)
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: batch.count, alignment: 16)
            unsafe copy.copyMemory(from: batch)
            unsafe all.append(UnsafeRawBufferPointer(copy))
        }
    }

    /// One batch with one record of that many bytes.
    convenience init(byteCount: Int, count: Int = 1) throws {
        try self.init(Array(repeating: [String(repeating: "x", count: byteCount)], count: count))
    }

    deinit {
        for index in 0..<count { unsafe all[index].deallocate() }
    }

    var count: Int { unsafe all.count }

    /// Hands a batch to a producer; its number is the tag.
    func send(_ number: Int, with producer: Producer, to partition: PartitionID, intendedAt: Int64? = nil) -> Bool {
        unsafe producer.send(
            all[number], recordCount: recordsEach, to: partition, tag: UInt64(number), intendedAt: intendedAt)
    }
}

func withBytes<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    var text = text
    return try text.withUTF8 { unsafe try body(UnsafeRawBufferPointer($0)) }
}

extension Producer {
    /// Polls until that many outcomes came.
    func outcomes(_ count: Int) throws -> [DeliveryOutcome] {
        var outcomes: [DeliveryOutcome] = []
        let deadline = MonotonicClock.now() + 20_000_000_000
        while outcomes.count < count, MonotonicClock.now() < deadline {
            try cluster.loop.poll(nanoseconds: 100_000_000)
            while let outcome = nextOutcome() { outcomes.append(outcome) }
        }
        return outcomes
    }
}

extension Consumer {
    /// Polls until that many records came, and returns their values by partition, in order.
    func values(_ count: Int) throws -> [PartitionID: [String]] {
        var values: [PartitionID: [String]] = [:]
        var found = 0
        let decompressor = Decompressor()
        let deadline = MonotonicClock.now() + 20_000_000_000
        while found < count, MonotonicClock.now() < deadline {
            try cluster.loop.poll(nanoseconds: 100_000_000)
            while let fetched = next() {
                if let failure = fetched.failure { throw failure }
                try fetched.decode(decompressor) { record in
                    values[fetched.partition, default: []].append(unsafe String(decoding: record.value!, as: UTF8.self))
                    found += 1
                }
            }
        }
        return values
    }
}
