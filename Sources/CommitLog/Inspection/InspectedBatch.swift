package import RecordFormat

/// A batch as it lies in a log file.
package struct InspectedBatch: Sendable, Equatable {
    /// Bytes from the file's start.
    package let position: Int
    package let header: RecordBatchHeader
    /// The CRC-32C that the bytes have.
    package let computedCRC: UInt32
    /// What is wrong with it: its checksum, or the reason for which a recovery would end the log before it.
    package let problem: String?

    package var byteCount: Int { header.totalByteCount }
    package var crcIsValid: Bool { computedCRC == header.crc }
}

/// A record of a batch, copied out of it.
package struct InspectedRecord: Sendable, Equatable {
    package let offset: Int64
    /// Milliseconds since 1970.
    package let timestamp: Int64
    /// Nil is a null key.
    package let key: [UInt8]?
    /// Nil is a null value.
    package let value: [UInt8]?
    package let headers: [Header]

    package struct Header: Sendable, Equatable {
        /// UTF-8, as the producer wrote it.
        package let key: [UInt8]
        package let value: [UInt8]?
    }
}
