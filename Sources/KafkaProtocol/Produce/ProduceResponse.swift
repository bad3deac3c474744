/// Produce (0): where the batches went. Definition: ProduceResponse.
///
/// Writing goes `begin`, then for each topic `writer.beginTopic`, `partition` for each of its partitions,
/// `writer.endTopic`; at last `end`. It can keep pace with the parser of the request, since the counts are the
/// request's. Reading is `ProduceResponseCursor`'s.
package enum ProduceResponse {
    package struct Partition: Equatable, Sendable {
        package var index: Int32
        package var errorCode: ErrorCode
        /// The offset that the first record got; -1 on an error.
        package var baseOffset: Int64
        /// Milliseconds since 1970 if the topic has LogAppendTime, else -1.
        package var logAppendTimeMs: Int64
        /// -1 where it is not known.
        package var logStartOffset: Int64
        /// What an error is about, from version 8. The list of single records at fault is written empty and read over.
        package var errorMessage: String?

        package init(
            index: Int32, errorCode: ErrorCode = .none, baseOffset: Int64 = -1, logAppendTimeMs: Int64 = -1,
            logStartOffset: Int64 = -1, errorMessage: String? = nil
        ) {
            self.index = index
            self.errorCode = errorCode
            self.baseOffset = baseOffset
            self.logAppendTimeMs = logAppendTimeMs
            self.logStartOffset = logStartOffset
            self.errorMessage = errorMessage
        }
    }

    package static func begin(version: Int16, topicCount: Int, into writer: inout WireWriter) throws(WireError) {
        try writer.begin(.produce, version: version)
        writer.length(topicCount)
    }

    package static func partition(_ partition: Partition, into writer: inout WireWriter) throws(WireError) {
        writer.int32(partition.index)
        writer.int16(partition.errorCode.rawValue)
        writer.int64(partition.baseOffset)
        writer.int64(partition.logAppendTimeMs)
        if writer.version >= 5 { writer.int64(partition.logStartOffset) }
        if writer.version >= 8 {
            writer.length(0)
            try writer.nullableString(partition.errorMessage)
        }
        writer.noTaggedFields()
    }

    package static func end(throttleTimeMs: Int32 = 0, into writer: inout WireWriter) {
        writer.int32(throttleTimeMs)
        writer.noTaggedFields()
    }
}
