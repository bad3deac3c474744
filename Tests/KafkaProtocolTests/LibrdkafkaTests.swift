import KafkaProtocol
import Testing

/// What kcat asks and what librdkafka's mock cluster answers: frames from the wire, of versions and with contents that
/// applications really produce.
@Suite struct LibrdkafkaTests {
    static let keys = Fixtures.librdkafka.keys.sorted { $0.testDescription < $1.testDescription }

    @Test("the capture has both sides of the APIs that a producer and a consumer in a group need")
    func captureIsComplete() {
        let said = Set(Self.keys.map { "\($0.kind) \($0.message)" })
        let needed = [
            "Produce", "Fetch", "ListOffsets", "Metadata", "OffsetCommit", "OffsetFetch", "FindCoordinator",
            "JoinGroup",
            "Heartbeat", "SyncGroup", "ApiVersions", "InitProducerId",
        ]
        #expect(said.isSuperset(of: needed.flatMap { ["request \($0)", "response \($0)"] }))
    }

    @Test("every captured message is read to its end, and written again byte for byte", arguments: keys)
    func readsAndWrites(_ key: Fixtures.Key) throws {
        let frame = try #require(Fixtures.librdkafka[key])
        let types = key.kind == "request" ? MessageCase.requests : MessageCase.responses
        if let type = types.first(where: { "\($0.api)" == key.message }) {
            try check(type, frame, isRequest: key.kind == "request", version: key.version)
        } else {
            try checkStreamed(key, frame)
        }
    }

    private func check<Message: WireMessage>(
        _ type: Message.Type, _ frame: [UInt8], isRequest: Bool, version: Int16
    ) throws {
        let again = try reading(frame) { reader throws(WireError) in
            if isRequest {
                let header = try RequestHeader.decode(from: &reader)
                #expect(header.api == Message.api && header.apiVersion == version)
                #expect(header.clientId?.string == "rdkafka")
                let body = try Message.decode(from: &reader, version: version)
                try reader.expectEnd()
                return try written { writer throws(WireError) in
                    try RequestHeader.encode(
                        Message.api, version: version, correlationId: header.correlationId, clientId: "rdkafka",
                        into: &writer)
                    try body.encode(into: &writer, version: version)
                }
            }
            let correlationId = try ResponseHeader.decode(Message.api, version: version, from: &reader)
            let body = try Message.decode(from: &reader, version: version)
            try reader.expectEnd()
            return try written { writer throws(WireError) in
                ResponseHeader.encode(Message.api, version: version, correlationId: correlationId, into: &writer)
                try body.encode(into: &writer, version: version)
            }
        }
        #expect(again == frame)
    }

    private func checkStreamed(_ key: Fixtures.Key, _ frame: [UInt8]) throws {
        let topics = try reading(frame) { reader throws(WireError) in
            switch (key.message, key.kind) {
            case ("Produce", "request"): try produceRequest(&reader, key.version)
            case ("Produce", _): try produceResponse(&reader, key.version)
            case (_, "request"): try fetchRequest(&reader, key.version)
            default: try fetchResponse(&reader, frame, key.version)
            }
        }
        #expect(topics == ["plain"])
    }

    private func produceRequest(_ reader: inout WireReader, _ version: Int16) throws(WireError) -> [String] {
        #expect(try RequestHeader.decode(from: &reader).api == .produce)
        var parser = try ProduceRequestParser(version: version)
        var topics: [String] = []
        while true {
            switch try parser.next(&reader) {
            case .header(let header): #expect(header.acks == -1 && header.transactionalId == nil)
            case .topic(let name, _): topics.append(name.string)
            case .partition(_, let length):
                let records = unsafe try reader.take(length ?? 0)
                // The format version of a record batch.
                unsafe #expect(records[16] == 2)
            case .needMore(let count): throw WireError(.incomplete(missing: count), at: reader.offset)
            case .end: return topics
            }
        }
    }

    private func produceResponse(_ reader: inout WireReader, _ version: Int16) throws(WireError) -> [String] {
        _ = try ResponseHeader.decode(.produce, version: version, from: &reader)
        var cursor = try ProduceResponseCursor(&reader, version: version)
        var topics: [String] = []
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, _): topics.append(name.string)
            case .partition(let partition): #expect(partition.errorCode == .none && partition.baseOffset >= 0)
            case .end: return topics
            }
        }
    }

    private func fetchRequest(_ reader: inout WireReader, _ version: Int16) throws(WireError) -> [String] {
        #expect(try RequestHeader.decode(from: &reader).api == .fetch)
        var cursor = try FetchRequestCursor(&reader, version: version)
        #expect(cursor.header.replicaId == -1 && cursor.header.maxWaitMs == 500 && cursor.header.sessionEpoch == -1)
        var topics: [String] = []
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, _): topics.append(name.string)
            case .partition(let partition): #expect(partition.fetchOffset >= 0 && partition.maxBytes == 1 << 20)
            case .end: return topics
            }
        }
    }

    private func fetchResponse(
        _ reader: inout WireReader, _ frame: [UInt8], _ version: Int16
    ) throws(WireError) -> [String] {
        _ = try ResponseHeader.decode(.fetch, version: version, from: &reader)
        var cursor = try FetchResponseCursor(&reader, version: version)
        #expect(cursor.header.errorCode == .none)
        var topics: [String] = []
        var recordBytes = 0
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, _): topics.append(name.string)
            case .partition(let partition, let records):
                #expect(partition.errorCode == .none)
                if !records.isEmpty { #expect(frame[records.lowerBound + 16] == 2) }
                recordBytes += records.count
            case .end:
                #expect(recordBytes > 0)
                return topics
            }
        }
    }
}
