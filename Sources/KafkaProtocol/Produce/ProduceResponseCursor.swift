/// Walks the body of a Produce response. Views in an event are valid as long as the frame.
package struct ProduceResponseCursor {
    package enum Event {
        case topic(WireString, partitionCount: Int)
        case partition(ProduceResponse.Partition)
        case end(throttleTimeMs: Int32)
    }

    private var walk = TopicWalk()

    /// - Parameter reader: Stands behind the response header.
    package init(_ reader: inout WireReader, version: Int16) throws(WireError) {
        try reader.begin(.produce, version: version)
        _ = try walk.begin(&reader)
    }

    /// The next piece; not to be called after `end`.
    package mutating func next(_ reader: inout WireReader) throws(WireError) -> Event {
        // An index, an error code and two offsets.
        switch try walk.next(&reader, partitionLength: 22) {
        case .topic(let name, let partitionCount):
            return .topic(name, partitionCount: partitionCount)
        case .partition:
            return .partition(try partition(&reader))
        case .end:
            let throttleTimeMs = try reader.int32()
            try reader.skipTaggedFields()
            try reader.expectEnd()
            return .end(throttleTimeMs: throttleTimeMs)
        }
    }

    private func partition(_ reader: inout WireReader) throws(WireError) -> ProduceResponse.Partition {
        var partition = ProduceResponse.Partition(
            index: try reader.int32(), errorCode: try .read(from: &reader), baseOffset: try reader.int64(),
            logAppendTimeMs: try reader.int64())
        if reader.version >= 5 { partition.logStartOffset = try reader.int64() }
        if reader.version >= 8 {
            for _ in 0..<(try reader.arrayCount(elementLength: 5)) {
                _ = try reader.int32()
                _ = try reader.nullableString()
                try reader.skipTaggedFields()
            }
            partition.errorMessage = try String?.read(from: &reader)
        }
        try reader.skipTaggedFields()
        return partition
    }
}
