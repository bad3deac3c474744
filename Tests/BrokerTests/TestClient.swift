import Compression
import KafkaProtocol
import LinuxKernel
import RecordFormat

/// A client that does what a test says and nothing by itself: frames go out as they are given.
final class TestClient {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let socket: Socket
    private let poll: EventPoll
    private var received: [UInt8] = []
    private var correlationId: Int32 = 0

    init(port: UInt16) throws {
        socket = try Socket.connecting(to: SocketAddress(host: "127.0.0.1", port: port))
        poll = try EventPoll()
        try poll.add(socket, token: 0)
        _ = try poll.wait(milliseconds: 5000)
        if let error = socket.takeError() { throw error }
        try socket.setNoDelay()
    }

    // MARK: Bytes

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = try unsafe bytes.withUnsafeBytes { buffer in
                unsafe try socket.send(UnsafeRawBufferPointer(rebasing: buffer[sent...]), more: false)
            }
            if let count { sent += count } else { _ = try poll.wait(milliseconds: 5000) }
        }
    }

    /// Receives what there is, waiting for at least something; nil when the broker has closed the connection.
    private func receiveSome(limit: Int = 1 << 16, milliseconds: Int32) throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let deadline = MonotonicClock.now() + Int64(milliseconds) * 1_000_000
        while true {
            do {
                let count = try unsafe buffer.withUnsafeMutableBytes { unsafe try socket.receive(into: $0) }
                if count == 0 { return nil }
                if let count { return Array(buffer[..<count]) }
            } catch let error as SystemError where error.name == "ECONNRESET" {
                return nil
            }
            let left = (deadline - MonotonicClock.now()) / 1_000_000
            guard left > 0 else { throw Failure(description: "nothing came within \(milliseconds) ms") }
            _ = try poll.wait(milliseconds: Int32(left))
        }
    }

    /// The next frame without its length; nil when the connection was closed before it was whole.
    func receiveFrame(chunk: Int = 1 << 16, milliseconds: Int32 = 60_000) throws -> [UInt8]? {
        while true {
            if received.count >= 4 {
                let length = received[..<4].reduce(0) { $0 << 8 | Int($1) }
                if received.count >= 4 + length {
                    defer { received.removeFirst(4 + length) }
                    return Array(received[4..<(4 + length)])
                }
            }
            guard let some = try receiveSome(limit: chunk, milliseconds: milliseconds) else { return nil }
            received += some
        }
    }

    /// Takes the first bytes of what comes, so that it is on its way.
    func waitForSome() throws {
        guard let some = try receiveSome(limit: 100, milliseconds: 10_000) else {
            throw Failure(description: "the connection was closed instead of an answer")
        }
        received += some
    }

    /// Whether the broker closes the connection within that time, whatever it sends before.
    func isClosed(within milliseconds: Int32 = 5000) throws -> Bool {
        do {
            while try receiveSome(milliseconds: milliseconds) != nil {}
            return true
        } catch is Failure {
            return false
        }
    }

    // MARK: Messages

    /// A whole request frame, its length included.
    func frame(
        _ api: ApiKey, version: Int16, _ body: (inout WireWriter) throws -> Void
    ) throws -> (bytes: [UInt8], correlationId: Int32) {
        correlationId += 1
        var writer = WireWriter()
        let start = writer.beginFrame()
        try RequestHeader.encode(
            api, version: version, correlationId: correlationId, clientId: "test", into: &writer)
        try body(&writer)
        writer.endFrame(start)
        return (unsafe writer.withUnsafeBytes { unsafe Array($0) }, correlationId)
    }

    func frame<Request: WireMessage>(_ request: Request, version: Int16) throws -> [UInt8] {
        try frame(Request.api, version: version) { try request.encode(into: &$0, version: version) }.bytes
    }

    func call<Request: WireMessage, Response: WireMessage>(
        _ request: Request, version: Int16, _ type: Response.Type
    ) throws -> Response {
        try send(frame(request, version: version))
        return try response(type, version: version)
    }

    func response<Response: WireMessage>(_ type: Response.Type, version: Int16) throws -> Response {
        try read(Response.api, version: version) { reader in
            let response = try Response.decode(from: &reader, version: version)
            try reader.expectEnd()
            return response
        }
    }

    private func read<Result>(
        _ api: ApiKey, version: Int16, chunk: Int = 1 << 16, _ body: (inout WireReader) throws -> Result
    ) throws -> Result {
        guard let frame = try receiveFrame(chunk: chunk) else {
            throw Failure(description: "the connection was closed instead of an answer to \(api)")
        }
        return try unsafe frame.withUnsafeBytes { bytes in
            var reader = unsafe WireReader(bytes)
            _ = try ResponseHeader.decode(api, version: version, from: &reader)
            return try body(&reader)
        }
    }

    // MARK: Produce

    /// A produce request for partitions of one topic.
    func produceFrame(
        _ topic: String, _ batches: [(partition: Int32, batch: [UInt8])], acks: Int16 = -1, version: Int16 = 9
    ) throws -> [UInt8] {
        var pieces: [(position: Int, bytes: [UInt8])] = []
        let (bytes, _) = try frame(.produce, version: version) { writer in
            try ProduceRequest.begin(version: version, acks: acks, timeoutMs: 1000, topicCount: 1, into: &writer)
            try writer.beginTopic(topic, partitionCount: batches.count)
            for (partition, batch) in batches {
                ProduceRequest.beginPartition(partition, recordsLength: batch.count, into: &writer)
                pieces.append((writer.count, batch))
                ProduceRequest.endPartition(into: &writer)
            }
            writer.endTopic()
            ProduceRequest.end(into: &writer)
        }
        var whole: [UInt8] = []
        var position = 0
        for piece in pieces {
            whole += bytes[position..<piece.position] + piece.bytes
            position = piece.position
        }
        return whole + bytes[position...]
    }

    func produce(
        _ topic: String, partition: Int32 = 0, _ batch: [UInt8], acks: Int16 = -1, version: Int16 = 9
    ) throws -> ProduceResponse.Partition {
        try send(produceFrame(topic, [(partition, batch)], acks: acks, version: version))
        return try produceResponse(version: version)[0]
    }

    func produceResponse(version: Int16 = 9) throws -> [ProduceResponse.Partition] {
        try read(.produce, version: version) { reader in
            var cursor = try ProduceResponseCursor(&reader, version: version)
            var partitions: [ProduceResponse.Partition] = []
            while true {
                switch try cursor.next(&reader) {
                case .topic: continue
                case .partition(let partition): partitions.append(partition)
                case .end: return partitions
                }
            }
        }
    }

    // MARK: Fetch

    struct Fetched {
        var partition: FetchResponse.Partition
        var bytes: [UInt8]
    }

    func fetchFrame(
        _ topic: String, _ partitions: [FetchRequest.Partition], maxWaitMs: Int32 = 0, minBytes: Int32 = 1,
        maxBytes: Int32 = 50 << 20, version: Int16 = 12
    ) throws -> [UInt8] {
        try frame(.fetch, version: version) { writer in
            try FetchRequest.begin(
                version: version, .init(maxWaitMs: maxWaitMs, minBytes: minBytes, maxBytes: maxBytes), topicCount: 1,
                into: &writer)
            try writer.beginTopic(topic, partitionCount: partitions.count)
            for partition in partitions { FetchRequest.partition(partition, into: &writer) }
            writer.endTopic()
            try FetchRequest.end(into: &writer)
        }.bytes
    }

    func fetch(
        _ topic: String, partition: Int32 = 0, from offset: Int64, maxWaitMs: Int32 = 0, minBytes: Int32 = 1,
        maxBytes: Int32 = 50 << 20, version: Int16 = 12
    ) throws -> Fetched {
        try send(
            fetchFrame(
                topic, [.init(index: partition, fetchOffset: offset, maxBytes: maxBytes)], maxWaitMs: maxWaitMs,
                minBytes: minBytes, maxBytes: maxBytes, version: version))
        return try fetchResponse(version: version)[0]
    }

    func fetchResponse(chunk: Int = 1 << 16, version: Int16 = 12) throws -> [Fetched] {
        guard let frame = try receiveFrame(chunk: chunk) else {
            throw Failure(description: "the connection was closed instead of an answer to Fetch")
        }
        return try unsafe frame.withUnsafeBytes { bytes in
            var reader = unsafe WireReader(bytes)
            _ = try ResponseHeader.decode(.fetch, version: version, from: &reader)
            var cursor = try FetchResponseCursor(&reader, version: version)
            var partitions: [Fetched] = []
            while true {
                switch try cursor.next(&reader) {
                case .topic: continue
                case .partition(let partition, let records):
                    partitions.append(Fetched(partition: partition, bytes: Array(frame[records])))
                case .end: return partitions
                }
            }
        }
    }

    // MARK: Administration

    func createTopic(_ name: String, partitions: Int32 = 1, configs: [String: String] = [:]) throws -> ErrorCode {
        let response = try call(
            CreateTopicsRequest { request in
                request.topics = [
                    CreateTopicsRequest.Topic { topic in
                        topic.name = name
                        topic.numPartitions = partitions
                        topic.replicationFactor = 1
                        topic.configs = configs.map { key, value in
                            CreateTopicsRequest.Config {
                                $0.name = key
                                $0.value = value
                            }
                        }
                    }
                ]
            }, version: 6, CreateTopicsResponse.self)
        return response.topics[0].errorCode
    }

    func deleteRecords(_ topic: String, before offset: Int64) throws -> DeleteRecordsResponse.Partition {
        try call(
            DeleteRecordsRequest { request in
                request.topics = [
                    DeleteRecordsRequest.Topic {
                        $0.name = topic
                        $0.partitions = [DeleteRecordsRequest.Partition { $0.offset = offset }]
                    }
                ]
            }, version: 2, DeleteRecordsResponse.self
        ).topics[0].partitions[0]
    }
}

/// Batches as producers make them.
enum Batch {
    static func make(
        _ values: [String], codec: CodecID = .none, producerId: Int64 = -1, epoch: Int16 = -1, sequence: Int32 = -1,
        timestamp: Int64 = 1_700_000_000_000
    ) throws -> [UInt8] {
        var encoder = RecordBatchEncoder()
        unsafe try encoder.begin(producerId: producerId, producerEpoch: epoch, baseSequence: sequence)
        for value in values {
            var value = value
            try value.withUTF8 { bytes in
                unsafe try encoder.append(timestamp: timestamp, key: nil, value: UnsafeRawBufferPointer(bytes))
            }
        }
        let compressor = try CodecCatalog[codec]!.makeCompressor()
        return unsafe try Array(encoder.finish(compressor))
    }

    /// One record of that many bytes.
    static func make(byteCount: Int, fill: Character = "x") throws -> [UInt8] {
        try make([String(repeating: fill, count: byteCount)])
    }

    /// The offsets and values of the records in fetched bytes, whose checksums are checked.
    static func records(_ bytes: [UInt8]) throws -> [(offset: Int64, value: String)] {
        var found: [(Int64, String)] = []
        let decompressor = Decompressor()
        try unsafe bytes.withUnsafeBytes { buffer in
            var batches = unsafe RecordBatchSequence(buffer)
            while let batch = try batches.next() {
                try batch.validate()
                var records = try RecordIterator(batch, decompressor: decompressor)
                while let record = try records.next() {
                    let value = unsafe record.value.map { unsafe String(decoding: $0, as: UTF8.self) }
                    found.append((record.offset, value ?? "null"))
                }
            }
        }
        return found
    }
}
