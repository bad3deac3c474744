/// The variable-length numbers of Kafka's records: zigzag, then seven bits a byte, low ones first.
enum Varint {
    /// The most bytes of a 32-bit number.
    static let maximumByteCount32 = 5
    /// The most bytes of a 64-bit number.
    static let maximumByteCount64 = 10

    @inline(__always)
    static func zigzag(_ number: Int64) -> UInt64 { UInt64(bitPattern: (number << 1) ^ (number >> 63)) }

    /// The bytes that `number` takes: one for every seven bits in use.
    @inline(__always)
    static func byteCount(_ number: Int64) -> Int {
        // (bits * 9 + 64) / 64 is bits / 7 rounded up for 1...64, without a division.
        let bits = 64 - (zigzag(number) | 1).leadingZeroBitCount
        return (bits * 9 + 64) >> 6
    }

    /// Writes `number` at `position`, where at least ten bytes are free, and moves `position` behind it.
    @inline(__always)
    static func write(_ number: Int64, to memory: UnsafeMutableRawPointer, at position: inout Int) {
        var rest = zigzag(number)
        while rest > 0x7F {
            unsafe memory.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: position, as: UInt8.self)
            position += 1
            rest >>= 7
        }
        unsafe memory.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: position, as: UInt8.self)
        position += 1
    }
}

/// Reads variable-length numbers and byte ranges; every read is checked against the end, so any bytes may be given.
@safe
struct VarintReader {
    private let start: UnsafeRawPointer?
    /// Bytes from the start to the end of what may be read.
    var end: Int
    /// Bytes from the start to what is read next.
    var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe start = bytes.baseAddress
        end = bytes.count
    }

    var left: Int { end - position }

    /// The bytes not yet read.
    var rest: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start.map { unsafe $0 + position }, count: left)
    }

    /// The next number if it is one of at most 32 bits; nil if it is longer or cut off.
    @inline(__always)
    mutating func int32() -> Int32? {
        guard let number = unsigned(maximumByteCount: Varint.maximumByteCount32), number <= UInt32.max else {
            return nil
        }
        let bits = UInt32(truncatingIfNeeded: number)
        return Int32(bitPattern: bits >> 1) ^ -Int32(bitPattern: bits & 1)
    }

    /// The next number if it is one of at most 64 bits; nil if it is longer or cut off.
    @inline(__always)
    mutating func int64() -> Int64? {
        guard let bits = unsigned(maximumByteCount: Varint.maximumByteCount64) else { return nil }
        return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    }

    /// The next byte.
    @inline(__always)
    mutating func byte() -> UInt8? {
        guard position < end, let start = unsafe start else { return nil }
        let byte = unsafe start.load(fromByteOffset: position, as: UInt8.self)
        position += 1
        return byte
    }

    /// The next `count` bytes; nil if there are fewer, or for a negative count.
    @inline(__always)
    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= left, let start = unsafe start else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start + position, count: count)
        position += count
        return unsafe bytes
    }

    @inline(__always)
    private mutating func unsigned(maximumByteCount: Int) -> UInt64? {
        guard let first = byte() else { return nil }
        if first < 0x80 { return UInt64(first) }
        return unsigned(after: first, maximumByteCount: maximumByteCount)
    }

    private mutating func unsigned(after first: UInt8, maximumByteCount: Int) -> UInt64? {
        var number = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        for _ in 1..<maximumByteCount {
            guard let next = byte() else { return nil }
            // The tenth byte of a 64-bit number has room for one bit.
            if shift == 63, next > 1 { return nil }
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return number }
            shift += 7
        }
        return nil
    }
}
