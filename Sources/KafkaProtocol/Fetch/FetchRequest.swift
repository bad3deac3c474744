/// Fetch (1): batches from offsets on. Definition: FetchRequest.
///
/// Writing goes `begin`, then for each topic `writer.beginTopic`, `partition` for each of its partitions,
/// `writer.endTopic`; at last `end`. Reading is `FetchRequestCursor`'s.
package enum FetchRequest {
    /// What precedes the topics, in numbers.
    package struct Header: Equatable, Sendable {
        /// -1 for a consumer.
        package var replicaId: Int32
        /// How long to wait for `minBytes`.
        package var maxWaitMs: Int32
        package var minBytes: Int32
        /// Of the whole response. The first batch is sent even if it is larger.
        package var maxBytes: Int32
        /// 0: read uncommitted, 1: read committed.
        package var isolationLevel: Int8
        /// From version 7. 0 and -1: a full request, outside any session.
        package var sessionId: Int32
        package var sessionEpoch: Int32

        package init(
            replicaId: Int32 = -1, maxWaitMs: Int32, minBytes: Int32, maxBytes: Int32, isolationLevel: Int8 = 0,
            sessionId: Int32 = 0, sessionEpoch: Int32 = -1
        ) {
            self.replicaId = replicaId
            self.maxWaitMs = maxWaitMs
            self.minBytes = minBytes
            self.maxBytes = maxBytes
            self.isolationLevel = isolationLevel
            self.sessionId = sessionId
            self.sessionEpoch = sessionEpoch
        }

        /// Whether the request names all its partitions: without a session (epoch -1), or to begin one (epoch 0). All
        /// others go on with a session and name what changed (KIP-227).
        ///
        /// A broker need not make sessions: with session id 0 in its answer the next request is full again.
        package var isFull: Bool { sessionEpoch == -1 || sessionEpoch == 0 }
    }

    package struct Partition: Equatable, Sendable {
        package var index: Int32
        /// From version 9; -1 where the client does not know it.
        package var currentLeaderEpoch: Int32
        package var fetchOffset: Int64
        /// From version 12; -1 for a consumer that does not check for truncation.
        package var lastFetchedEpoch: Int32
        /// From version 5; -1 for a consumer.
        package var logStartOffset: Int64
        /// The most bytes of this partition. The first batch is sent even if it is larger.
        package var maxBytes: Int32

        package init(
            index: Int32, currentLeaderEpoch: Int32 = -1, fetchOffset: Int64, lastFetchedEpoch: Int32 = -1,
            logStartOffset: Int64 = -1, maxBytes: Int32
        ) {
            self.index = index
            self.currentLeaderEpoch = currentLeaderEpoch
            self.fetchOffset = fetchOffset
            self.lastFetchedEpoch = lastFetchedEpoch
            self.logStartOffset = logStartOffset
            self.maxBytes = maxBytes
        }
    }

    package static func begin(
        version: Int16, _ header: Header, topicCount: Int, into writer: inout WireWriter
    ) throws(WireError) {
        try writer.begin(.fetch, version: version)
        writer.int32(header.replicaId)
        writer.int32(header.maxWaitMs)
        writer.int32(header.minBytes)
        writer.int32(header.maxBytes)
        writer.int8(header.isolationLevel)
        if version >= 7 {
            writer.int32(header.sessionId)
            writer.int32(header.sessionEpoch)
        }
        writer.length(topicCount)
    }

    package static func partition(_ partition: Partition, into writer: inout WireWriter) {
        writer.int32(partition.index)
        if writer.version >= 9 { writer.int32(partition.currentLeaderEpoch) }
        writer.int64(partition.fetchOffset)
        if writer.version >= 12 { writer.int32(partition.lastFetchedEpoch) }
        if writer.version >= 5 { writer.int64(partition.logStartOffset) }
        writer.int32(partition.maxBytes)
        writer.noTaggedFields()
    }

    /// Forgets no partitions of a session, since there is none.
    package static func end(rackId: String = "", into writer: inout WireWriter) throws(WireError) {
        if writer.version >= 7 { writer.length(0) }
        if writer.version >= 11 { try writer.string(rackId) }
        writer.noTaggedFields()
    }
}
