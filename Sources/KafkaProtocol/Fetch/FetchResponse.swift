/// Fetch (1): batches. Definition: FetchResponse.
///
/// Writing goes `begin`, then for each topic `writer.beginTopic`, for each of its partitions `beginPartition`, the
/// record bytes, `endPartition`; `writer.endTopic`; at last `end`. The record bytes are not in the writer: the sender
/// notes `writer.count` after `beginPartition` and sends them, from a file, between the writer's bytes before and after
/// that position. Reading is `FetchResponseCursor`'s.
package enum FetchResponse {
    /// What precedes the topics, in numbers.
    package struct Header: Equatable, Sendable {
        package var throttleTimeMs: Int32
        /// From version 7.
        package var errorCode: ErrorCode
        /// From version 7; 0 where there is no session.
        package var sessionId: Int32

        package init(throttleTimeMs: Int32 = 0, errorCode: ErrorCode = .none, sessionId: Int32 = 0) {
            self.throttleTimeMs = throttleTimeMs
            self.errorCode = errorCode
            self.sessionId = sessionId
        }
    }

    package struct Partition: Equatable, Sendable {
        package var index: Int32
        package var errorCode: ErrorCode
        package var highWatermark: Int64
        package var lastStableOffset: Int64
        /// From version 5.
        package var logStartOffset: Int64
        /// From version 11; -1: none.
        package var preferredReadReplica: Int32

        package init(
            index: Int32, errorCode: ErrorCode = .none, highWatermark: Int64 = -1, lastStableOffset: Int64 = -1,
            logStartOffset: Int64 = -1, preferredReadReplica: Int32 = -1
        ) {
            self.index = index
            self.errorCode = errorCode
            self.highWatermark = highWatermark
            self.lastStableOffset = lastStableOffset
            self.logStartOffset = logStartOffset
            self.preferredReadReplica = preferredReadReplica
        }
    }

    package static func begin(
        version: Int16, _ header: Header = Header(), topicCount: Int, into writer: inout WireWriter
    ) throws(WireError) {
        try writer.begin(.fetch, version: version)
        writer.int32(header.throttleTimeMs)
        if version >= 7 {
            writer.int16(header.errorCode.rawValue)
            writer.int32(header.sessionId)
        }
        writer.length(topicCount)
    }

    /// - Parameter recordsLength: How many bytes of batches belong behind what was written so far; they
    ///   are only counted.
    package static func beginPartition(_ partition: Partition, recordsLength: Int, into writer: inout WireWriter) {
        writer.int32(partition.index)
        writer.int16(partition.errorCode.rawValue)
        writer.int64(partition.highWatermark)
        writer.int64(partition.lastStableOffset)
        if writer.version >= 5 { writer.int64(partition.logStartOffset) }
        // Aborted transactions: null, since there are no transactions.
        writer.length(nil)
        if writer.version >= 11 { writer.int32(partition.preferredReadReplica) }
        writer.length(recordsLength)
        writer.external(recordsLength)
    }

    package static func endPartition(into writer: inout WireWriter) {
        writer.noTaggedFields()
    }

    package static func end(into writer: inout WireWriter) {
        writer.noTaggedFields()
    }
}
