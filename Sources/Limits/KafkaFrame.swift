internal import CPlainLoops
internal import KafkaProtocol
internal import RecordFormat

/// A request or response of Kafka's protocol, encoded before the clock starts; it does not change any more.
///
/// The versions are the last before the flexible ones, so that records end their frame.
@safe
final class KafkaFrame: @unchecked Sendable {
    static let topic = "limits"
    private static let correlationId: Int32 = 1
    private static let produceVersion: Int16 = 8
    private static let fetchVersion: Int16 = 11

    /// Valid as long as the frame lives.
    @unsafe let bytes: UnsafeMutableRawBufferPointer

    private init(_ build: (inout WireWriter) throws(WireError) -> Void) throws(WireError) {
        var writer = WireWriter()
        let start = writer.beginFrame()
        try build(&writer)
        writer.endFrame(start)
        unsafe bytes = writer.withUnsafeBytes { written in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: written.count, alignment: 64)
            unsafe copy.copyMemory(from: written)
            return unsafe copy
        }
    }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }

    // MARK: Requests

    /// A produce request with one batch, acknowledged when the leader has it.
    static func produce(
        _ batch: UnsafeMutableRawBufferPointer, partition: Int32 = 0
    ) throws(WireError) -> KafkaFrame {
        try unsafe produce(1) { _ in unsafe (partition, batch) }
    }

    /// A produce request with a batch for each of several partitions, acknowledged when the leader has them.
    static func produce(
        _ count: Int, batches: (Int) -> (partition: Int32, bytes: UnsafeMutableRawBufferPointer)
    ) throws(WireError) -> KafkaFrame {
        try KafkaFrame { (writer) throws(WireError) in
            try request(.produce, produceVersion, into: &writer)
            try ProduceRequest.begin(version: produceVersion, acks: 1, timeoutMs: 30_000, topicCount: 1, into: &writer)
            try writer.beginTopic(topic, partitionCount: count)
            for number in 0..<count {
                let (partition, batch) = unsafe batches(number)
                ProduceRequest.beginPartition(partition, recordsLength: batch.count, into: &writer)
                writer.external(-batch.count)
                unsafe writer.bytes(UnsafeRawBufferPointer(batch))
                ProduceRequest.endPartition(into: &writer)
            }
            writer.endTopic()
            ProduceRequest.end(into: &writer)
        }
    }

    static func fetch(from offset: Int64, byteCount: Int) throws(WireError) -> KafkaFrame {
        try KafkaFrame { (writer) throws(WireError) in
            try request(.fetch, fetchVersion, into: &writer)
            let header = FetchRequest.Header(maxWaitMs: 500, minBytes: 1, maxBytes: Int32(byteCount))
            try FetchRequest.begin(version: fetchVersion, header, topicCount: 1, into: &writer)
            try writer.beginTopic(topic, partitionCount: 1)
            FetchRequest.partition(
                FetchRequest.Partition(index: 0, fetchOffset: offset, maxBytes: Int32(byteCount)), into: &writer)
            writer.endTopic()
            try FetchRequest.end(into: &writer)
        }
    }

    /// What clients begin with.
    static func apiVersions() throws(WireError) -> KafkaFrame {
        try KafkaFrame { (writer) throws(WireError) in
            try request(.apiVersions, 0, into: &writer)
            try ApiVersionsRequest().encode(into: &writer, version: 0)
        }
    }

    private static func request(_ api: ApiKey, _ version: Int16, into writer: inout WireWriter) throws(WireError) {
        try RequestHeader.encode(
            api, version: version, correlationId: correlationId, clientId: topic, into: &writer)
    }

    // MARK: Responses

    /// As long as the broker's answer to `produce`.
    static func produced() throws(WireError) -> KafkaFrame {
        try KafkaFrame { (writer) throws(WireError) in
            ResponseHeader.encode(.produce, version: produceVersion, correlationId: correlationId, into: &writer)
            try ProduceResponse.begin(version: produceVersion, topicCount: 1, into: &writer)
            try writer.beginTopic(topic, partitionCount: 1)
            try ProduceResponse.partition(ProduceResponse.Partition(index: 0), into: &writer)
            writer.endTopic()
            ProduceResponse.end(into: &writer)
        }
    }

    /// What the broker's answer to `fetch` has before its records; the frame's length counts those.
    static func fetched(recordsByteCount: Int) throws(WireError) -> KafkaFrame {
        try KafkaFrame { (writer) throws(WireError) in
            ResponseHeader.encode(.fetch, version: fetchVersion, correlationId: correlationId, into: &writer)
            try FetchResponse.begin(version: fetchVersion, topicCount: 1, into: &writer)
            try writer.beginTopic(topic, partitionCount: 1)
            FetchResponse.beginPartition(
                FetchResponse.Partition(index: 0), recordsLength: recordsByteCount, into: &writer)
            FetchResponse.endPartition(into: &writer)
            writer.endTopic()
            FetchResponse.end(into: &writer)
        }
    }
}

/// Requests in the order in which they are sent; the same ones in turn.
struct KafkaRequests {
    let pieces: Pieces

    init(_ frames: [KafkaFrame], count: Int) {
        pieces = Pieces(memoryOf: frames as AnyObject)
        for number in 0..<count { unsafe pieces.append(frames[number % frames.count].bytes, at: pieces.byteCount) }
    }
}
