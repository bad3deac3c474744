/// Reads the protocol's primitive types from a frame: big-endian, checked against its end, nothing copied or allocated.
///
/// The types are those of the protocol guide (kafka.apache.org/protocol, “Protocol Primitive Types”). Where a message
/// version is flexible, strings, arrays and bytes have compact lengths (an unsigned varint, one more than the length,
/// zero for null) and every structure ends with tagged fields (KIP-482); `isFlexible` chooses between the forms.
///
/// A reader may be made over the prefix of a frame that has arrived so far. It then knows how many bytes are still to
/// come: a value that goes beyond the prefix throws `incomplete`, one that goes beyond the frame throws `truncated`.
///
/// This file and `WireWriter.swift` are the only ones that touch memory.
@safe package struct WireReader: FieldCoder {
    /// Kafka's limit for a string in any form: the 16-bit length of the older one.
    static let maximumStringLength = Int(Int16.max)

    private let bytes: UnsafeRawBufferPointer
    /// Bytes read so far.
    package private(set) var offset = 0
    /// Bytes of the frame that have not arrived, and so follow the ones that the reader holds.
    package let stillToCome: Int
    /// The version of the message that is being read.
    package internal(set) var version: Int16 = 0
    /// Whether that version has compact lengths and tagged fields.
    package internal(set) var isFlexible = false

    /// - Parameters:
    ///   - bytes: The frame without its length, or its prefix. The caller keeps it alive and unchanged while the
    ///     reader, and any view taken from it, is in use.
    ///   - stillToCome: How many bytes of the frame follow them.
    @unsafe package init(_ bytes: UnsafeRawBufferPointer, stillToCome: Int = 0) {
        unsafe self.bytes = bytes
        self.stillToCome = stillToCome
    }

    /// Bytes at hand that have not been read.
    package var remaining: Int { unsafe bytes.count - offset }

    /// Bytes of the frame that have not been read, arrived or not.
    package var remainingInFrame: Int { remaining + stillToCome }

    // MARK: Numbers

    package mutating func int8() throws(WireError) -> Int8 { try integer() }
    package mutating func uint8() throws(WireError) -> UInt8 { try integer() }
    package mutating func int16() throws(WireError) -> Int16 { try integer() }
    package mutating func int32() throws(WireError) -> Int32 { try integer() }
    package mutating func int64() throws(WireError) -> Int64 { try integer() }

    /// Zero is false, anything else true.
    package mutating func bool() throws(WireError) -> Bool { try uint8() != 0 }

    package mutating func unsignedVarint() throws(WireError) -> UInt32 {
        let start = offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            let byte = try uint8()
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 {
                guard let result = UInt32(exactly: value) else { break }
                return result
            }
        }
        throw WireError(.invalidVarint, at: start)
    }

    private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>() throws(WireError) -> Value {
        let size = MemoryLayout<Value>.size
        try need(size)
        defer { offset += size }
        return unsafe Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    // MARK: Lengths

    /// A string that may not be null.
    package mutating func string() throws(WireError) -> WireString {
        let start = offset
        guard let string = try nullableString() else { throw WireError(.invalidLength(-1), at: start) }
        return string
    }

    package mutating func nullableString() throws(WireError) -> WireString? {
        try string(compact: isFlexible)
    }

    mutating func string(compact: Bool) throws(WireError) -> WireString? {
        let start = offset
        let length = compact ? Int(try unsignedVarint()) - 1 : Int(try int16())
        guard try isPresent(length, at: start) else { return nil }
        guard length <= Self.maximumStringLength else { throw WireError(.invalidLength(length), at: start) }
        return unsafe WireString(try take(length))
    }

    /// The number of bytes of a field of records or bytes, which follow; nil for null.
    ///
    /// Only the frame has to hold that many; they need not have arrived.
    package mutating func bytesLength() throws(WireError) -> Int? {
        let start = offset
        let length = try announcedLength()
        guard try isPresent(length, at: start) else { return nil }
        guard length <= remainingInFrame else {
            throw WireError(.truncated(needed: length, remaining: remainingInFrame), at: start)
        }
        return length
    }

    /// The number of elements of an array; nil for null.
    ///
    /// - Parameter elementLength: The least number of bytes that an element takes. A count that the rest of the frame
    ///   cannot hold is an error here, before anyone makes room for it.
    package mutating func nullableArrayCount(elementLength: Int = 1) throws(WireError) -> Int? {
        let start = offset
        let count = try announcedLength()
        guard try isPresent(count, at: start) else { return nil }
        guard count <= remainingInFrame / elementLength else {
            throw WireError(.tooManyElements(count, remaining: remainingInFrame), at: start)
        }
        return count
    }

    package mutating func arrayCount(elementLength: Int = 1) throws(WireError) -> Int {
        let start = offset
        guard let count = try nullableArrayCount(elementLength: elementLength) else {
            throw WireError(.invalidLength(-1), at: start)
        }
        return count
    }

    private mutating func announcedLength() throws(WireError) -> Int {
        isFlexible ? Int(try unsignedVarint()) - 1 : Int(try int32())
    }

    private func isPresent(_ length: Int, at start: Int) throws(WireError) -> Bool {
        guard length >= -1 else { throw WireError(.invalidLength(length), at: start) }
        return length != -1
    }

    // MARK: Bytes

    /// A view of the next bytes, which are then read.
    package mutating func take(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        try need(count)
        defer { offset += count }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    package mutating func skip(_ count: Int) throws(WireError) {
        try need(count)
        offset += count
    }

    /// Reads over the tagged fields at the end of a structure; none if the version has none.
    ///
    /// All tagged fields of the served versions are optional extras, which a reader may ignore by definition.
    package mutating func skipTaggedFields() throws(WireError) {
        guard isFlexible else { return }
        for _ in 0..<(try unsignedVarint()) {
            _ = try unsignedVarint()
            try skip(Int(try unsignedVarint()))
        }
    }

    /// Throws if anything follows the message in its frame.
    package func expectEnd() throws(WireError) {
        guard remainingInFrame == 0 else { throw WireError(.trailingBytes(remainingInFrame), at: offset) }
    }

    private func need(_ count: Int) throws(WireError) {
        precondition(count >= 0, "a reader only goes forward")
        guard count > remaining else { return }
        guard count <= remainingInFrame else {
            throw WireError(.truncated(needed: count, remaining: remainingInFrame), at: offset)
        }
        throw WireError(.incomplete(missing: count - remaining), at: offset)
    }
}
