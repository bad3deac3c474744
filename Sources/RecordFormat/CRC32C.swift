import CISAL

/// CRC-32C (Castagnoli), as record batches carry it, by ISA-L.
///
/// ISA-L leaves the two inversions of the standard to the caller: the register starts as all ones and is inverted at
/// the end. The check value of `123456789` is `E3069283`.
package struct CRC32C {
    /// The register before the final inversion.
    private var register: UInt32 = .max

    /// The checksum of nothing yet.
    package init() {}

    /// Continues with `bytes`.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe register = Self.run(bytes, from: register)
    }

    /// The checksum of all bytes so far.
    package var value: UInt32 { ~register }

    /// The checksum of `bytes`, in one call.
    package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        unsafe ~run(bytes, from: .max)
    }

    /// ISA-L takes lengths as a C int.
    private static func run(_ bytes: UnsafeRawBufferPointer, from register: UInt32) -> UInt32 {
        guard let start = bytes.baseAddress else { return register }
        // ISA-L only reads, though its parameter is not const.
        var next = unsafe UnsafeMutablePointer<UInt8>(mutating: start.assumingMemoryBound(to: UInt8.self))
        var left = bytes.count
        var register = register
        while left > Int(CInt.max) {
            register = unsafe crc32_iscsi(next, CInt.max, register)
            unsafe next += Int(CInt.max)
            left -= Int(CInt.max)
        }
        return unsafe crc32_iscsi(next, CInt(left), register)
    }
}
