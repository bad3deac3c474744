/// Parses the body of a Produce request as it arrives: what precedes a partition's records is known before they are
/// there, so that they can be received where they belong.
///
/// Each call of `next` reads one piece. When a piece has not arrived whole, nothing is read and `needMore` says how
/// many bytes are missing; the next call gets a reader that starts at the first unread byte. After `partition` the
/// caller takes its `recordsLength` bytes, from the reader or from the socket, before it calls again. The parser holds
/// no pointers: views in an event are valid as long as the reader's bytes. A complete frame is parsed the same way,
/// with a reader over all of it.
package struct ProduceRequestParser {
    package enum Event {
        case header(ProduceRequest.Header)
        case topic(WireString, partitionCount: Int)
        /// That many bytes of record batches follow; nil: there are none, not even empty ones.
        case partition(Int32, recordsLength: Int?)
        /// The body is read to the end of its frame.
        case end
        /// How many bytes have to arrive, at least, beyond those that the reader holds.
        case needMore(Int)
    }

    /// The longest piece, in bytes, and so the most that has to be buffered to make progress. Only tagged fields, which
    /// no client sends here, could ever be longer than the longest string and a few numbers.
    package static let maximumPieceLength = 64 * 1024

    private enum State {
        case atHeader, inTopics, afterRecords, atEnd
    }

    private let version: Int16
    private let isFlexible: Bool
    private var state = State.atHeader
    private var walk = TopicWalk()

    /// - Throws: `unsupportedVersion` for a version that is not served.
    package init(version: Int16) throws(WireError) {
        let versions = ApiKey.produce.versions
        guard versions.served.contains(version) else {
            throw WireError(.unsupportedVersion(.produce, version), at: 0)
        }
        self.version = version
        isFlexible = versions.isFlexible(version)
    }

    package mutating func next(_ reader: inout WireReader) throws(WireError) -> Event {
        reader.version = version
        reader.isFlexible = isFlexible
        var attempt = self
        var ahead = reader
        do {
            let event = try attempt.readPiece(&ahead)
            self = attempt
            reader = ahead
            return event
        } catch {
            guard case .incomplete(let missing) = error.reason else { throw error }
            let length = ahead.offset - reader.offset + ahead.remaining + missing
            guard length <= Self.maximumPieceLength else { throw WireError(.pieceTooLong(length), at: reader.offset) }
            return .needMore(missing)
        }
    }

    private mutating func readPiece(_ reader: inout WireReader) throws(WireError) -> Event {
        switch state {
        case .atHeader:
            let transactionalId = try reader.nullableString()
            let acks = try reader.int16()
            let timeoutMs = try reader.int32()
            let topicCount = try walk.begin(&reader)
            state = .inTopics
            return .header(
                .init(transactionalId: transactionalId, acks: acks, timeoutMs: timeoutMs, topicCount: topicCount))
        case .afterRecords:
            try reader.skipTaggedFields()
            state = .inTopics
            return try readPiece(&reader)
        case .inTopics:
            // An index and a length of records.
            switch try walk.next(&reader, partitionLength: 5) {
            case .topic(let name, let partitionCount):
                return .topic(name, partitionCount: partitionCount)
            case .partition:
                let index = try reader.int32()
                let recordsLength = try reader.bytesLength()
                state = .afterRecords
                return .partition(index, recordsLength: recordsLength)
            case .end:
                try reader.skipTaggedFields()
                try reader.expectEnd()
                state = .atEnd
                return .end
            }
        case .atEnd:
            return .end
        }
    }
}
