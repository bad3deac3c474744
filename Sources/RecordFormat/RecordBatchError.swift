package import Compression

/// What is wrong with a record batch, and where.
package struct RecordBatchError: Error, Equatable, Sendable {
    /// The part of a batch that is wrong.
    package enum Part: Equatable, Sendable {
        /// Fewer bytes than a header, or than the header announces.
        case length
        /// The version of the format: only 2 is known.
        case magic
        /// The batch length field: it cannot be below the rest of the header, nor beyond the limit of a batch.
        case batchLength
        /// The codec number in the attributes.
        case codec
        /// The CRC-32C over everything from the attributes on.
        case crc
        /// The base offset: negative, or so large that the last offset overflows.
        case baseOffset
        /// The number of records.
        case recordCount
        /// The last offset delta: negative, or too small for the number of records.
        case lastOffsetDelta
        /// A variable-length number that is too long or cut off.
        case varint
        /// A record's length against the bytes left, or against what its fields use up.
        case recordLength
        /// The length of a key, value or header part against the bytes left in the record.
        case fieldLength
        /// The number of a record's headers.
        case headerCount
        /// A record's offset delta: not above the one before, or above the batch's last.
        case offsetDelta
        /// A record's timestamp overflows.
        case timestamp
        /// Bytes after the last record.
        case trailingBytes
        /// The room given to an encoder is used up.
        case room
        /// The records do not decompress, or could not be compressed.
        case compression(CompressionError)
    }

    package let part: Part
    /// The byte position at which it was found: from the start of the batch for the header, from the start of the
    /// (decompressed) records for a record.
    package let position: Int
    /// What should have been there; for a length or count, its bound.
    package let expected: Int64
    /// What was there.
    package let found: Int64

    package init(_ part: Part, position: Int, expected: Int64, found: Int64) {
        self.part = part
        self.position = position
        self.expected = expected
        self.found = found
    }

    package init(_ error: CompressionError) {
        self.init(.compression(error), position: RecordBatchHeader.byteCount, expected: 0, found: 0)
    }
}

extension RecordBatchError: CustomStringConvertible {
    package var description: String {
        switch part {
        case .length: "record batch: \(expected) bytes are needed, \(found) are there"
        case .magic: "record batch: magic is \(found), only version \(expected) can be read"
        case .batchLength: "record batch: the batch length is \(found), the bound is \(expected)"
        case .codec: "record batch: the attributes name codec \(found), the last one known is \(expected)"
        case .crc:
            "record batch: the CRC-32C is \(Self.hexadecimal(expected)), "
                + "the header says \(Self.hexadecimal(found)): the bytes were changed"
        case .baseOffset: "record batch: the base offset \(found) is outside 0 to \(expected)"
        case .recordCount: "record batch: the record count is \(found), the bound is \(expected)"
        case .lastOffsetDelta: "record batch: the last offset delta is \(found), at least \(expected) is needed"
        case .varint:
            "record at byte \(position): a variable-length number has more than \(expected) bytes or is cut off"
        case .recordLength: "record at byte \(position): its length is \(found), \(expected) would fit"
        case .fieldLength: "record: a field at byte \(position) is \(found) bytes long, \(expected) are left"
        case .headerCount: "record: \(found) headers at byte \(position), at most \(expected) can follow"
        case .offsetDelta: "record at byte \(position): the offset delta is \(found), the bound is \(expected)"
        case .timestamp: "record at byte \(position): the timestamp delta \(found) overflows the base \(expected)"
        case .trailingBytes: "record batch: \(found) bytes follow the last record at byte \(position)"
        case .room: "record batch: the batch needs \(expected) bytes, the room has \(found)"
        case .compression(let error): "record batch: \(error)"
        }
    }

    private static func hexadecimal(_ number: Int64) -> String {
        let digits = String(number, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
