/// Walks the body of a Fetch response. Views in an event are valid as long as the frame.
package struct FetchResponseCursor {
    package enum Event {
        case topic(WireString, partitionCount: Int)
        /// `records` is where the batches stand, in bytes from the reader's start; empty if there are none.
        /// The last batch may be cut off.
        case partition(FetchResponse.Partition, records: Range<Int>)
        case end
    }

    package let header: FetchResponse.Header
    package let topicCount: Int
    private var walk = TopicWalk()

    /// - Parameter reader: Stands behind the response header.
    package init(_ reader: inout WireReader, version: Int16) throws(WireError) {
        try reader.begin(.fetch, version: version)
        var header = FetchResponse.Header(throttleTimeMs: try reader.int32())
        if version >= 7 {
            header.errorCode = try .read(from: &reader)
            header.sessionId = try reader.int32()
        }
        self.header = header
        topicCount = try walk.begin(&reader)
    }

    /// The next piece; not to be called after `end`.
    package mutating func next(_ reader: inout WireReader) throws(WireError) -> Event {
        // An index, an error code, two offsets and two lengths.
        switch try walk.next(&reader, partitionLength: 24) {
        case .topic(let name, let partitionCount):
            return .topic(name, partitionCount: partitionCount)
        case .partition:
            return try partition(&reader)
        case .end:
            try reader.skipTaggedFields()
            try reader.expectEnd()
            return .end
        }
    }

    private func partition(_ reader: inout WireReader) throws(WireError) -> Event {
        let version = reader.version
        var partition = FetchResponse.Partition(
            index: try reader.int32(), errorCode: try .read(from: &reader), highWatermark: try reader.int64(),
            lastStableOffset: try reader.int64(), logStartOffset: version >= 5 ? try reader.int64() : -1)
        // Aborted transactions: a producer id and an offset each.
        for _ in 0..<(try reader.nullableArrayCount(elementLength: 16) ?? 0) {
            try reader.skip(16)
            try reader.skipTaggedFields()
        }
        if version >= 11 { partition.preferredReadReplica = try reader.int32() }
        let length = try reader.bytesLength() ?? 0
        let start = reader.offset
        try reader.skip(length)
        try reader.skipTaggedFields()
        return .partition(partition, records: start..<start + length)
    }
}
