/// Produce (0): record batches for partitions. Definition: ProduceRequest.
///
/// Writing goes `begin`, then for each topic `writer.beginTopic`, for each of its partitions `beginPartition`, the
/// record bytes, `endPartition`; `writer.endTopic`; at last `end`. Reading is `ProduceRequestParser`'s.
package enum ProduceRequest {
    /// What precedes the topics.
    package struct Header {
        /// A view into the frame; Sluice refuses transactions, so any id is an error to answer.
        package var transactionalId: WireString?
        /// 0: no response, 1: when the leader has it, -1: when all in-sync replicas have it. Not checked.
        package var acks: Int16
        package var timeoutMs: Int32
        package var topicCount: Int
    }

    package static func begin(
        version: Int16, transactionalId: String? = nil, acks: Int16, timeoutMs: Int32, topicCount: Int,
        into writer: inout WireWriter
    ) throws(WireError) {
        try writer.begin(.produce, version: version)
        try writer.nullableString(transactionalId)
        writer.int16(acks)
        writer.int32(timeoutMs)
        writer.length(topicCount)
    }

    /// - Parameter recordsLength: How many bytes of records belong behind what was written so far. They are counted,
    ///   not written: the sender puts them between the writer's bytes.
    package static func beginPartition(_ index: Int32, recordsLength: Int, into writer: inout WireWriter) {
        writer.int32(index)
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
