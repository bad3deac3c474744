internal import RecordFormat

/// The first bytes of every record's value: which producer sent it, the how-manieth it is, a checksum of the value, and
/// how long the value is.
///
/// 24 bytes, big-endian: magic (4), producer (4), sequence (8), CRC-32C of everything but itself (4), byte count (4).
package struct RecordStamp: Equatable, Sendable {
    package static let byteCount = 24
    private static let magic: UInt32 = 0x534c_5543  // "SLUC"
    private static let checksumPosition = 16
    private static let lengthPosition = 20

    package var producer: UInt32
    package var sequence: UInt64

    /// What a value says of itself.
    package enum Reading: Equatable, Sendable {
        /// It is what was stamped.
        case sound(RecordStamp)
        /// It had this many bytes when it was stamped, and has fewer now.
        case truncated(from: Int)
        /// It is not what was stamped, or was never stamped.
        case altered
    }

    package init(producer: UInt32, sequence: UInt64) {
        self.producer = producer
        self.sequence = sequence
    }

    /// Stamps a value whose other bytes are final; it has at least `byteCount` bytes.
    package func write(to value: UnsafeMutableRawBufferPointer) {
        unsafe value.storeBytes(of: Self.magic.bigEndian, toByteOffset: 0, as: UInt32.self)
        unsafe value.storeBytes(of: producer.bigEndian, toByteOffset: 4, as: UInt32.self)
        unsafe value.storeBytes(of: sequence.bigEndian, toByteOffset: 8, as: UInt64.self)
        unsafe value.storeBytes(of: UInt32(0), toByteOffset: Self.checksumPosition, as: UInt32.self)
        let length = UInt32(value.count)
        unsafe value.storeBytes(of: length.bigEndian, toByteOffset: Self.lengthPosition, as: UInt32.self)
        let checksum = unsafe CRC32C.checksum(of: UnsafeRawBufferPointer(value))
        unsafe value.storeBytes(of: checksum.bigEndian, toByteOffset: Self.checksumPosition, as: UInt32.self)
    }

    /// Reads a value's stamp, and checks the value by it.
    package static func read(_ value: UnsafeRawBufferPointer) -> Reading {
        guard value.count >= byteCount, unsafe number(in: value, at: 0) == magic else { return .altered }
        let length = unsafe Int(number(in: value, at: lengthPosition))
        // A cut is recognised by a length that does not fit; whether that was flipped instead, no one could tell.
        guard value.count >= length else { return .truncated(from: length) }
        var checksum = CRC32C()
        unsafe checksum.update(UnsafeRawBufferPointer(rebasing: value[..<checksumPosition]))
        unsafe withUnsafeBytes(of: UInt32(0)) { zeros in unsafe checksum.update(zeros) }
        unsafe checksum.update(UnsafeRawBufferPointer(rebasing: value[lengthPosition...]))
        guard unsafe checksum.value == number(in: value, at: checksumPosition) else { return .altered }
        let sequence = unsafe value.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return unsafe .sound(RecordStamp(producer: number(in: value, at: 4), sequence: UInt64(bigEndian: sequence)))
    }

    private static func number(in value: UnsafeRawBufferPointer, at position: Int) -> UInt32 {
        unsafe UInt32(bigEndian: value.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    }
}
