import CAllocationCounter
import KafkaProtocol
import Testing

/// The data path's messages cost no allocation a topic or partition: a thousand partitions allocate as often as one.
@Suite struct AllocationTests {
    /// Heap allocations of the second of two identical runs, when everything that is made once has been made.
    private func allocations(_ body: () throws(WireError) -> Void) throws(WireError) -> UInt64 {
        try body()
        let before = sluice_thread_allocations()
        try body()
        return sluice_thread_allocations() - before
    }

    /// A loop that allocates nothing itself; without optimization, iterating over a range does.
    private func each(_ count: Int, _ body: (Int32) throws(WireError) -> Void) throws(WireError) {
        var index: Int32 = 0
        while index < count {
            try body(index)
            index += 1
        }
    }

    private func expectNoneEach(_ run: (_ partitions: Int) throws -> UInt64) rethrows {
        let one = try run(1)
        #expect(try run(1000) == one)
    }

    private func produceRequest(partitions: Int, into writer: inout WireWriter) throws(WireError) {
        try ProduceRequest.begin(version: 9, acks: 1, timeoutMs: 1000, topicCount: partitions, into: &writer)
        try each(partitions) { index throws(WireError) in
            try writer.beginTopic("a topic with a name that no small string holds", partitionCount: 1)
            ProduceRequest.beginPartition(index, recordsLength: 0, into: &writer)
            ProduceRequest.endPartition(into: &writer)
            writer.endTopic()
        }
        ProduceRequest.end(into: &writer)
    }

    private func fetchRequest(partitions: Int, into writer: inout WireWriter) throws(WireError) {
        let header = FetchRequest.Header(maxWaitMs: 500, minBytes: 1, maxBytes: 1 << 20)
        try FetchRequest.begin(version: 12, header, topicCount: partitions, into: &writer)
        try each(partitions) { index throws(WireError) in
            try writer.beginTopic("a topic with a name that no small string holds", partitionCount: 1)
            FetchRequest.partition(.init(index: index, fetchOffset: 0, maxBytes: 1 << 20), into: &writer)
            writer.endTopic()
        }
        try FetchRequest.end(into: &writer)
    }

    private func produceResponse(partitions: Int, into writer: inout WireWriter) throws(WireError) {
        try ProduceResponse.begin(version: 9, topicCount: 1, into: &writer)
        try writer.beginTopic("t", partitionCount: partitions)
        try each(partitions) { index throws(WireError) in
            try ProduceResponse.partition(.init(index: index, baseOffset: 5), into: &writer)
        }
        writer.endTopic()
        ProduceResponse.end(into: &writer)
    }

    private func fetchResponse(partitions: Int, into writer: inout WireWriter) throws(WireError) {
        try FetchResponse.begin(version: 12, topicCount: 1, into: &writer)
        try writer.beginTopic("t", partitionCount: partitions)
        try each(partitions) { index throws(WireError) in
            FetchResponse.beginPartition(.init(index: index, highWatermark: 7), recordsLength: 0, into: &writer)
            FetchResponse.endPartition(into: &writer)
        }
        writer.endTopic()
        FetchResponse.end(into: &writer)
    }

    @Test("writing into a buffer that has its size allocates nothing for a partition")
    func writing() throws {
        for write in [produceRequest, fetchRequest, produceResponse, fetchResponse] {
            try expectNoneEach { partitions in
                var writer = WireWriter(capacity: 1 << 20)
                return try allocations { () throws(WireError) in
                    writer.removeAll()
                    try write(partitions, &writer)
                }
            }
        }
    }

    @Test("parsing a produce request allocates nothing for a partition")
    func produceParser() throws {
        try expectNoneEach { partitions in
            let body = try written { writer throws(WireError) in
                try produceRequest(partitions: partitions, into: &writer)
            }
            var seen = 0
            let count = try allocations { () throws(WireError) in
                try reading(body) { reader throws(WireError) in
                    var parser = try ProduceRequestParser(version: 9)
                    while true {
                        switch try parser.next(&reader) {
                        case .partition(_, let length): try reader.skip(length ?? 0)
                        case .topic(let name, _): seen += name == "another" ? 0 : 1
                        case .end: return
                        default: continue
                        }
                    }
                }
            }
            #expect(seen == 2 * partitions)
            return count
        }
    }

    @Test("walking a fetch request allocates nothing for a partition")
    func fetchCursor() throws {
        try expectNoneEach { partitions in
            let body = try written { writer throws(WireError) in
                try fetchRequest(partitions: partitions, into: &writer)
            }
            var seen = 0
            let count = try allocations { () throws(WireError) in
                try reading(body) { reader throws(WireError) in
                    var cursor = try FetchRequestCursor(&reader, version: 12)
                    while true {
                        switch try cursor.next(&reader) {
                        case .partition: seen += 1
                        case .topic: continue
                        case .end: return
                        }
                    }
                }
            }
            #expect(seen == 2 * partitions)
            return count
        }
    }

    @Test("walking responses allocates nothing for a partition")
    func responseCursors() throws {
        try expectNoneEach { partitions in
            let body = try written { writer throws(WireError) in
                try fetchResponse(partitions: partitions, into: &writer)
            }
            return try allocations { () throws(WireError) in
                try reading(body) { reader throws(WireError) in
                    var cursor = try FetchResponseCursor(&reader, version: 12)
                    while true { if case .end = try cursor.next(&reader) { return } }
                }
            }
        }
        try expectNoneEach { partitions in
            let body = try written { writer throws(WireError) in
                try produceResponse(partitions: partitions, into: &writer)
            }
            return try allocations { () throws(WireError) in
                try reading(body) { reader throws(WireError) in
                    var cursor = try ProduceResponseCursor(&reader, version: 9)
                    while true { if case .end = try cursor.next(&reader) { return } }
                }
            }
        }
    }
}
