/// Walks the body of a Fetch request. Views in an event are valid as long as the frame.
package struct FetchRequestCursor {
    package enum Event {
        case topic(WireString, partitionCount: Int)
        case partition(FetchRequest.Partition)
        /// The body is read to the end of its frame. Partitions that leave a session and the client's rack,
        /// which stand there, are read over.
        case end
    }

    package let header: FetchRequest.Header
    package let topicCount: Int
    private var walk = TopicWalk()

    /// - Parameter reader: Stands behind the request header.
    package init(_ reader: inout WireReader, version: Int16) throws(WireError) {
        try reader.begin(.fetch, version: version)
        var header = FetchRequest.Header(
            replicaId: try reader.int32(), maxWaitMs: try reader.int32(), minBytes: try reader.int32(),
            maxBytes: try reader.int32(), isolationLevel: try reader.int8())
        if version >= 7 {
            header.sessionId = try reader.int32()
            header.sessionEpoch = try reader.int32()
        }
        self.header = header
        topicCount = try walk.begin(&reader)
    }

    /// The next piece; not to be called after `end`.
    package mutating func next(_ reader: inout WireReader) throws(WireError) -> Event {
        // An index, an offset and a limit.
        switch try walk.next(&reader, partitionLength: 16) {
        case .topic(let name, let partitionCount):
            return .topic(name, partitionCount: partitionCount)
        case .partition:
            return .partition(try partition(&reader))
        case .end:
            try finish(&reader)
            return .end
        }
    }

    private func partition(_ reader: inout WireReader) throws(WireError) -> FetchRequest.Partition {
        let version = reader.version
        let partition = FetchRequest.Partition(
            index: try reader.int32(),
            currentLeaderEpoch: version >= 9 ? try reader.int32() : -1,
            fetchOffset: try reader.int64(),
            lastFetchedEpoch: version >= 12 ? try reader.int32() : -1,
            logStartOffset: version >= 5 ? try reader.int64() : -1,
            maxBytes: try reader.int32())
        try reader.skipTaggedFields()
        return partition
    }

    private func finish(_ reader: inout WireReader) throws(WireError) {
        if reader.version >= 7 {
            for _ in 0..<(try reader.arrayCount(elementLength: 2)) {
                _ = try reader.string()
                try reader.skip(4 * (try reader.arrayCount(elementLength: 4)))
                try reader.skipTaggedFields()
            }
        }
        if reader.version >= 11 { _ = try reader.string() }
        try reader.skipTaggedFields()
        try reader.expectEnd()
    }
}
