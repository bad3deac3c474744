package import CommitLog
package import Compression
package import RecordFormat

/// How a topic's partitions are kept, and what is done to what its producers send.
package struct TopicConfiguration: Sendable {
    package var log = LogConfiguration()
    /// `compression.type`: nil leaves batches as their producers sent them; otherwise they are compressed anew with it.
    package var codec: CodecID?
    /// `message.timestamp.type`.
    package var timestampType = TimestampType.createTime

    package init() {
        log.allocateAheadBytes = 4 << 20
    }
}
