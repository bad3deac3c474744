package import Compression

/// One whole batch in memory that someone else owns, with its header parsed.
@safe
package struct RecordBatch {
    package let header: RecordBatchHeader
    /// The whole batch and nothing else; good as long as the memory it was parsed from.
    package let bytes: UnsafeRawBufferPointer

    /// Parses the batch at `offset`; what follows it does not matter.
    ///
    /// - Throws: what `RecordBatchHeader` throws, and `length` if the batch ends beyond `bytes`. The
    ///   CRC is not checked.
    package init(parsing bytes: UnsafeRawBufferPointer, at offset: Int = 0) throws(RecordBatchError) {
        let header = try unsafe RecordBatchHeader(parsing: bytes, at: offset)
        guard header.totalByteCount <= bytes.count - offset else {
            throw RecordBatchError(
                .length, position: 0, expected: Int64(header.totalByteCount), found: Int64(bytes.count - offset))
        }
        unsafe self.init(header: header, bytes: bytes, at: offset)
    }

    /// The batch at `offset`, whose `header` was parsed there and which ends within `bytes`.
    init(header: RecordBatchHeader, bytes: UnsafeRawBufferPointer, at offset: Int) {
        self.header = header
        unsafe self.bytes = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + header.totalByteCount])
    }

    /// The bytes after the header, compressed if the batch is.
    package var records: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[RecordBatchHeader.byteCount...])
    }

    /// The CRC-32C that the bytes have, whatever the header says.
    package var computedCRC: UInt32 {
        unsafe CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[RecordBatchHeader.Position.attributes...]))
    }

    /// Checks the CRC; lengths and counts were checked when it was parsed.
    package func validate() throws(RecordBatchError) {
        let computed = computedCRC
        guard computed == header.crc else {
            throw RecordBatchError(
                .crc, position: RecordBatchHeader.Position.crc, expected: Int64(computed), found: Int64(header.crc))
        }
    }

    /// Checks the CRC and then every record: lengths, offsets and count, after decompressing if need be.
    ///
    /// - Parameter limit: the most bytes that the records may decompress to.
    package func validateRecords(
        decompressor: Decompressor, limit: Int = Decompressor.defaultLimit
    ) throws(RecordBatchError) {
        try validate()
        var records = try RecordIterator(self, decompressor: decompressor, limit: limit)
        while try records.next() != nil {}
    }
}
