internal import RecordFormat

/// The first bytes of every record's value: which producer sent it, the how-manieth it is, and a checksum of the value.
///
/// 24 bytes, big-endian: magic (4), producer (4), sequence (8), CRC-32C of everything but itself (4), zeros (4).
package struct RecordStamp: Equatable, Sendable {
    package static let byteCount = 24
    private static let magic: UInt32 = 0x534c_5543  // "SLUC"
    private static let checksumPosition = 16

    package var producer: UInt32
    package var sequence: UInt64

    package init(producer: UInt32, sequence: UInt64) {
        self.producer = producer
        self.sequence = sequence
    }

    /// Stamps a value whose other bytes are final; it has at least `byteCount` bytes.
    package func write(to value: UnsafeMutableRawBufferPointer) {
        unsafe value.storeBytes(of: Self.magic.bigEndian, toByteOffset: 0, as: UInt32.self)
        unsafe value.storeBytes(of: producer.bigEndian, toByteOffset: 4, as: UInt32.self)
        unsafe value.storeBytes(of: sequence.bigEndian, toByteOffset: 8, as: UInt64.self)
        unsafe value.storeBytes(of: UInt64(0), toByteOffset: Self.checksumPosition, as: UInt64.self)
        let checksum = unsafe CRC32C.checksum(of: UnsafeRawBufferPointer(value))
        unsafe value.storeBytes(of: checksum.bigEndian, toByteOffset: Self.checksumPosition, as: UInt32.self)
    }

    /// Reads and checks a value's stamp.
    ///
    /// - Returns: Nil where there is no stamp or the value is not the one that was stamped.
    package init?(checking value: UnsafeRawBufferPointer) {
        guard value.count >= Self.byteCount,
            unsafe UInt32(bigEndian: value.loadUnaligned(fromByteOffset: 0, as: UInt32.self)) == Self.magic
        else { return nil }
        unsafe producer = UInt32(bigEndian: value.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        unsafe sequence = UInt64(bigEndian: value.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let stored = unsafe UInt32(
            bigEndian: value.loadUnaligned(fromByteOffset: Self.checksumPosition, as: UInt32.self))
        var checksum = CRC32C()
        unsafe checksum.update(UnsafeRawBufferPointer(rebasing: value[..<Self.checksumPosition]))
        unsafe withUnsafeBytes(of: UInt64(0)) { zeros in unsafe checksum.update(zeros) }
        unsafe checksum.update(UnsafeRawBufferPointer(rebasing: value[Self.byteCount...]))
        guard checksum.value == stored else { return nil }
    }
}
