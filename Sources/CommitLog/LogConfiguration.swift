/// How a partition's log is kept. Names are Kafka's topic configuration where Kafka has one.
package struct LogConfiguration: Sendable {
    /// `segment.bytes`: a segment is closed before it would grow beyond this; at most 2 GiB - 1, as
    /// positions in an index have 32 bits.
    package var segmentBytes = 1 << 30
    /// `segment.ms`: a segment is closed when it is older than this, in milliseconds.
    package var segmentMilliseconds: Int64 = 7 * 24 * 3600 * 1000
    /// `index.interval.bytes`: how many bytes of log lie between two index entries.
    package var indexIntervalBytes = 4096
    /// `max.message.bytes`: the largest batch that is taken.
    package var maxMessageBytes = (1 << 20) + 12
    /// `retention.bytes`: what is kept of a partition; nil keeps everything.
    package var retentionBytes: Int?
    /// `retention.ms`: how long a segment is kept after its youngest record, in milliseconds; nil keeps it for ever.
    package var retentionMilliseconds: Int64?
    /// `flush.messages`: how many records may be unflushed, for the policy of that name.
    package var flushMessages: Int?
    /// `flush.ms`: how long a record may be unflushed, in milliseconds, for the policy of that name.
    package var flushMilliseconds: Int64?
    /// `preallocate`: allocate a segment's blocks when it is made.
    package var preallocate = false
    /// `allocate.ahead.bytes`: allocate blocks before they are written, a quarter of what a growing
    /// segment has and at most so many bytes at a time; 0 leaves it to the writes. A segment that is
    /// closed gives back what it does not need.
    package var allocateAheadBytes = 0
    /// `segment.reuse`: whether new segments are written over the files of retired ones.
    package var segmentReuse = SegmentReuse.none
    /// The leader epoch that is patched into each batch.
    package var leaderEpoch: Int32 = 0
    /// The strategies, by their catalog names.
    package var placement = "sequential"
    package var flushPolicy = "none"
    package var retentionMethod = "delete"
    /// What random placement draws its slots from.
    package var seed: UInt64 = 0

    package init() {}

    /// The largest segment that 32-bit signed positions can address.
    package static let maximumSegmentBytes = Int(Int32.max)
}

extension LogConfiguration {
    /// How large a segment's file may get: `segment.bytes`, or as far as positions reach where the log stays one file.
    var sizeLimit: Int {
        let rolls = RetentionMethodCatalog.entry(named: retentionMethod)?.make().rollsSegments ?? true
        return rolls ? segmentBytes : Self.maximumSegmentBytes
    }
}
