/// Changes that a broker makes to a batch where it lies. `batch` begins with a whole, parsed batch.
package enum RecordBatchPatch {
    private typealias Position = RecordBatchHeader.Position

    /// Sets the offset of the first record and the leader epoch; neither is under the CRC.
    package static func assign(
        baseOffset: Int64, partitionLeaderEpoch: Int32, in batch: UnsafeMutableRawBufferPointer
    ) {
        unsafe batch.storeBigEndian(baseOffset, at: Position.baseOffset)
        unsafe batch.storeBigEndian(partitionLeaderEpoch, at: Position.partitionLeaderEpoch)
    }

    /// Sets max timestamp (milliseconds since 1970) and timestamp type, and computes the CRC anew over the whole batch.
    ///
    /// With `logAppendTime` every record then has that time, whatever its own delta says.
    package static func setMaxTimestamp(
        _ maxTimestamp: Int64, type: TimestampType, in batch: UnsafeMutableRawBufferPointer
    ) throws(RecordBatchError) {
        var header = try unsafe RecordBatch(parsing: UnsafeRawBufferPointer(batch)).header
        header.maxTimestamp = maxTimestamp
        switch type {
        case .createTime: header.attributes &= ~RecordBatchHeader.Attributes.logAppendTime
        case .logAppendTime: header.attributes |= RecordBatchHeader.Attributes.logAppendTime
        }
        unsafe batch.storeBigEndian(header.attributes, at: Position.attributes)
        unsafe batch.storeBigEndian(maxTimestamp, at: Position.maxTimestamp)
        unsafe updateCRC(of: UnsafeMutableRawBufferPointer(rebasing: batch[..<header.totalByteCount]))
    }

    /// Stores the CRC of a whole batch.
    static func updateCRC(of batch: UnsafeMutableRawBufferPointer) {
        let covered = unsafe UnsafeRawBufferPointer(rebasing: batch[Position.attributes...])
        unsafe batch.storeBigEndian(CRC32C.checksum(of: covered), at: Position.crc)
    }
}
