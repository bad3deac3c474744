/// When a log makes durable what was appended. One instance belongs to one partition's log.
package class FlushPolicy {
    /// What is to be done after batches were written.
    package enum Action: Sendable {
        case nothing
        /// fdatasync: data, and the metadata that is needed to read it back.
        case dataSync
        /// fsync: data and all metadata.
        case sync
        /// sync_file_range: starts and awaits the write-back of the new bytes; *not* durable.
        case writeBack
    }

    init() {}

    /// Asked after each write with the number of records that it brought.
    func action(afterRecords count: Int) -> Action {
        fatalError("a flush policy decides")
    }

    /// How long records may stay unflushed, in nanoseconds, when a thread of its own has to see to it; nil otherwise.
    var interval: Int64? { nil }
}
