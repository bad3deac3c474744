package import Compression

/// Who set the timestamps of a batch: bit 3 of the attributes.
package enum TimestampType: Sendable {
    /// Each record has its producer's time.
    case createTime
    /// All records have the broker's time of append, which is the batch's max timestamp.
    case logAppendTime
}

/// The fixed part of a Kafka record batch of version 2.
///
/// Source of the format: the Kafka documentation, "Message Format", and `DefaultRecordBatch` of Kafka's clients. All
/// numbers are big-endian. Parsing copies them out and allocates nothing.
package struct RecordBatchHeader: Equatable, Sendable {
    /// The size of the header; the records follow.
    package static let byteCount = 61
    /// The bytes in front of what `batchLength` counts: base offset and batch length itself.
    package static let lengthPrefixByteCount = 12
    /// The only version of the format that is read and written.
    package static let currentMagic: Int8 = 2
    /// What the producer fields say when a batch has no idempotent producer.
    package static let noProducer: Int64 = -1

    /// Where each field begins, in bytes from the start of the batch.
    package enum Position {
        package static let baseOffset = 0
        package static let batchLength = 8
        package static let partitionLeaderEpoch = 12
        package static let magic = 16
        package static let crc = 17
        /// The CRC covers everything from here to the end of the batch.
        package static let attributes = 21
        package static let lastOffsetDelta = 23
        package static let baseTimestamp = 27
        package static let maxTimestamp = 35
        package static let producerId = 43
        package static let producerEpoch = 51
        package static let baseSequence = 53
        package static let recordCount = 57
    }

    /// The bits of the attributes.
    package enum Attributes {
        package static let codec: Int16 = 0x07
        package static let logAppendTime: Int16 = 0x08
        package static let transactional: Int16 = 0x10
        package static let control: Int16 = 0x20
    }

    /// The offset of the first record.
    package var baseOffset: Int64
    /// Bytes after this field.
    package var batchLength: Int32
    package var partitionLeaderEpoch: Int32
    package var magic: Int8
    /// CRC-32C from the attributes to the end.
    package var crc: UInt32
    package var attributes: Int16
    package var lastOffsetDelta: Int32
    /// Milliseconds since 1970.
    package var baseTimestamp: Int64
    /// Milliseconds since 1970.
    package var maxTimestamp: Int64
    /// -1 without an idempotent producer, as are epoch and sequence.
    package var producerId: Int64
    package var producerEpoch: Int16
    package var baseSequence: Int32
    package var recordCount: Int32

    /// Reads the header at `offset` and checks what it says about itself: magic, lengths, codec, offsets and counts.
    ///
    /// The bytes after the header may be missing: compare `totalByteCount`. The CRC is not checked.
    ///
    /// - Throws: `length` if fewer than 61 bytes are left.
    package init(parsing bytes: UnsafeRawBufferPointer, at offset: Int = 0) throws(RecordBatchError) {
        guard bytes.count - offset >= Self.byteCount else {
            throw RecordBatchError(
                .length, position: 0, expected: Int64(Self.byteCount), found: Int64(bytes.count - offset))
        }
        unsafe self.init(unchecked: bytes, at: offset)
        try check()
    }

    /// Reads the header of a span; otherwise as `init(parsing:at:)` of a buffer.
    package init(parsing bytes: RawSpan, at offset: Int = 0) throws(RecordBatchError) {
        self = try unsafe bytes.withUnsafeBytes { (bytes) throws(RecordBatchError) in
            try unsafe RecordBatchHeader(parsing: bytes, at: offset)
        }
    }

    /// A header of these fields, which are not checked.
    init(
        baseOffset: Int64, batchLength: Int32, partitionLeaderEpoch: Int32, magic: Int8, crc: UInt32,
        attributes: Int16, lastOffsetDelta: Int32, baseTimestamp: Int64, maxTimestamp: Int64, producerId: Int64,
        producerEpoch: Int16, baseSequence: Int32, recordCount: Int32
    ) {
        self.baseOffset = baseOffset
        self.batchLength = batchLength
        self.partitionLeaderEpoch = partitionLeaderEpoch
        self.magic = magic
        self.crc = crc
        self.attributes = attributes
        self.lastOffsetDelta = lastOffsetDelta
        self.baseTimestamp = baseTimestamp
        self.maxTimestamp = maxTimestamp
        self.producerId = producerId
        self.producerEpoch = producerEpoch
        self.baseSequence = baseSequence
        self.recordCount = recordCount
    }

    /// Reads the fields; there are 61 bytes at `offset`.
    private init(unchecked bytes: UnsafeRawBufferPointer, at offset: Int) {
        unsafe baseOffset = bytes.bigEndian(Int64.self, at: offset + Position.baseOffset)
        unsafe batchLength = bytes.bigEndian(Int32.self, at: offset + Position.batchLength)
        unsafe partitionLeaderEpoch = bytes.bigEndian(Int32.self, at: offset + Position.partitionLeaderEpoch)
        unsafe magic = bytes.bigEndian(Int8.self, at: offset + Position.magic)
        unsafe crc = bytes.bigEndian(UInt32.self, at: offset + Position.crc)
        unsafe attributes = bytes.bigEndian(Int16.self, at: offset + Position.attributes)
        unsafe lastOffsetDelta = bytes.bigEndian(Int32.self, at: offset + Position.lastOffsetDelta)
        unsafe baseTimestamp = bytes.bigEndian(Int64.self, at: offset + Position.baseTimestamp)
        unsafe maxTimestamp = bytes.bigEndian(Int64.self, at: offset + Position.maxTimestamp)
        unsafe producerId = bytes.bigEndian(Int64.self, at: offset + Position.producerId)
        unsafe producerEpoch = bytes.bigEndian(Int16.self, at: offset + Position.producerEpoch)
        unsafe baseSequence = bytes.bigEndian(Int32.self, at: offset + Position.baseSequence)
        unsafe recordCount = bytes.bigEndian(Int32.self, at: offset + Position.recordCount)
    }

    /// Writes all fields to the first 61 bytes of `bytes`.
    func write(to bytes: UnsafeMutableRawBufferPointer) {
        unsafe bytes.storeBigEndian(baseOffset, at: Position.baseOffset)
        unsafe bytes.storeBigEndian(batchLength, at: Position.batchLength)
        unsafe bytes.storeBigEndian(partitionLeaderEpoch, at: Position.partitionLeaderEpoch)
        unsafe bytes.storeBigEndian(magic, at: Position.magic)
        unsafe bytes.storeBigEndian(crc, at: Position.crc)
        unsafe bytes.storeBigEndian(attributes, at: Position.attributes)
        unsafe bytes.storeBigEndian(lastOffsetDelta, at: Position.lastOffsetDelta)
        unsafe bytes.storeBigEndian(baseTimestamp, at: Position.baseTimestamp)
        unsafe bytes.storeBigEndian(maxTimestamp, at: Position.maxTimestamp)
        unsafe bytes.storeBigEndian(producerId, at: Position.producerId)
        unsafe bytes.storeBigEndian(producerEpoch, at: Position.producerEpoch)
        unsafe bytes.storeBigEndian(baseSequence, at: Position.baseSequence)
        unsafe bytes.storeBigEndian(recordCount, at: Position.recordCount)
    }

    private func check() throws(RecordBatchError) {
        guard magic == Self.currentMagic else {
            throw RecordBatchError(
                .magic, position: Position.magic, expected: Int64(Self.currentMagic), found: Int64(magic))
        }
        let least = Int32(Self.byteCount - Self.lengthPrefixByteCount)
        guard batchLength >= least else {
            throw RecordBatchError(
                .batchLength, position: Position.batchLength, expected: Int64(least), found: Int64(batchLength))
        }
        guard CodecCatalog.contains(codec) else {
            throw RecordBatchError(
                .codec, position: Position.attributes, expected: Int64(CodecCatalog.highest.rawValue),
                found: Int64(codec.rawValue))
        }
        guard recordCount >= 0 else {
            throw RecordBatchError(
                .recordCount, position: Position.recordCount, expected: 0, found: Int64(recordCount))
        }
        // Compaction leaves gaps, and even empty batches; more records than offsets there cannot be.
        let leastDelta = max(0, Int64(recordCount) - 1)
        guard Int64(lastOffsetDelta) >= leastDelta else {
            throw RecordBatchError(
                .lastOffsetDelta, position: Position.lastOffsetDelta, expected: leastDelta,
                found: Int64(lastOffsetDelta))
        }
        // One below, so that the next offset is a number too.
        let greatestBase = Int64.max - Int64(lastOffsetDelta) - 1
        guard baseOffset >= 0, baseOffset <= greatestBase else {
            throw RecordBatchError(
                .baseOffset, position: Position.baseOffset, expected: greatestBase, found: baseOffset)
        }
    }
}

extension RecordBatchHeader {
    /// The size of the whole batch, header included.
    package var totalByteCount: Int { Int(batchLength) + Self.lengthPrefixByteCount }
    /// The bytes after the header.
    package var recordsByteCount: Int { totalByteCount - Self.byteCount }
    /// The offset of the last record.
    package var lastOffset: Int64 { baseOffset + Int64(lastOffsetDelta) }
    /// The offset after the batch.
    package var nextOffset: Int64 { lastOffset + 1 }
    package var codec: CodecID { CodecID(rawValue: UInt8(attributes & Attributes.codec)) }
    package var timestampType: TimestampType {
        attributes & Attributes.logAppendTime == 0 ? .createTime : .logAppendTime
    }
    package var isTransactional: Bool { attributes & Attributes.transactional != 0 }
    package var isControl: Bool { attributes & Attributes.control != 0 }
    /// True if every offset of the batch has a record: so producers must write, and compaction undoes it.
    package var isDense: Bool { Int64(recordCount) == Int64(lastOffsetDelta) + 1 }
}
