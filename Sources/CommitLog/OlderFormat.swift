internal import LinuxKernel

/// Messages as Kafka kept them before record batches: formats 0 and 1, which are recognised and never touched.
///
/// Source of the layout: the Kafka documentation, "Message Format", old message format. Offset (8 bytes), size (4),
/// CRC-32 of the rest (4), magic (1), attributes (1), in format 1 a timestamp (8), then key and value with their lengths
/// (4 each). Magic has the position that it has in a record batch.
enum OlderFormat {
    private static let prefixByteCount = 12
    private static let magicPosition = 16

    /// The format of the message at a position; nil where there is none.
    ///
    /// Zeros of a torn batch look much like format 0, so its checksum has to be right; of format 1 the size is enough.
    static func magic(at position: Int, of file: borrowing File, upTo end: Int) throws(SystemError) -> UInt8? {
        let head = AlignedBuffer(byteCount: magicPosition + 1, alignment: 16)
        guard position + head.bytes.count <= end,
            unsafe try file.readAll(into: head.bytes, at: position) == head.bytes.count
        else { return nil }
        let offset = unsafe Int64(bigEndian: head.bytes.loadUnaligned(fromByteOffset: 0, as: Int64.self))
        let size = unsafe Int(Int32(bigEndian: head.bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self)))
        let checksum = unsafe UInt32(bigEndian: head.bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        let magic = unsafe head.bytes[magicPosition]
        guard magic < 2, offset >= 0, size >= (magic == 0 ? 14 : 22), size <= end - position - prefixByteCount else {
            return nil
        }
        if magic == 1 { return magic }
        let covered = AlignedBuffer(byteCount: size - 4, alignment: 16)
        guard unsafe try file.readAll(into: covered.bytes, at: position + magicPosition) == size - 4 else { return nil }
        return unsafe crc32(UnsafeRawBufferPointer(covered.bytes)) == checksum ? magic : nil
    }

    /// CRC-32 as in zlib; asked for one message a start at most, so bit by bit.
    private static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc: UInt32 = 0xffff_ffff
        for index in bytes.indices {
            crc ^= UInt32(unsafe bytes[index])
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xedb8_8320) }
        }
        return ~crc
    }
}
