/// Writes the protocol's primitive types, big-endian, into a buffer that grows and is used again.
///
/// The forms are those that `WireReader` describes. One buffer can hold many frames. Record bytes need not be in it:
/// they are sent from a file or from another buffer between two parts of this one, and only counted here (`external`),
/// so that the frame's length comes out right.
@safe package struct WireWriter: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer
    /// Bytes written.
    package private(set) var count = 0
    /// The version of the message that is being written.
    package internal(set) var version: Int16 = 0
    /// Whether that version has compact lengths and tagged fields.
    package internal(set) var isFlexible = false
    /// Bytes that belong to the frame but are sent from elsewhere.
    private var externalCount = 0

    /// - Parameter capacity: Bytes of room to begin with.
    package init(capacity: Int = 4096) {
        unsafe storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// Bytes of room.
    package var capacity: Int { unsafe storage.count }

    /// The bytes written so far.
    package func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    /// Forgets what was written, for the next use.
    ///
    /// - Parameter keepingCapacity: More room than this is given back, so that one large answer does not
    ///   stay with an idle connection.
    package mutating func removeAll(keepingCapacity: Int = .max) {
        count = 0
        guard capacity > keepingCapacity else { return }
        unsafe storage.deallocate()
        unsafe storage = .allocate(byteCount: keepingCapacity, alignment: 16)
    }

    /// Takes back everything from a position on, for example a frame whose writing failed.
    package mutating func truncate(to count: Int) {
        precondition(count <= self.count, "a position behind the end")
        self.count = count
    }

    // MARK: Frames

    /// Leaves room for a frame's length.
    ///
    /// - Returns: The frame's start, for `endFrame`. Frames do not nest.
    package mutating func beginFrame() -> Int {
        externalCount = 0
        let start = count
        int32(0)
        return start
    }

    /// Fills in the length of the frame that began at `start`, external bytes included.
    package mutating func endFrame(_ start: Int) {
        let length = count - start - 4 + externalCount
        precondition(length >= 0 && length <= Int(Int32.max), "a frame of \(length) bytes has no 32-bit length")
        unsafe storage.storeBytes(of: Int32(length).bigEndian, toByteOffset: start, as: Int32.self)
    }

    /// Counts bytes that belong at this position of the frame but are sent from elsewhere.
    package mutating func external(_ byteCount: Int) {
        externalCount += byteCount
    }

    // MARK: Numbers

    package mutating func int8(_ value: Int8) { integer(value) }
    package mutating func uint8(_ value: UInt8) { integer(value) }
    package mutating func int16(_ value: Int16) { integer(value) }
    package mutating func int32(_ value: Int32) { integer(value) }
    package mutating func int64(_ value: Int64) { integer(value) }
    package mutating func bool(_ value: Bool) { integer(value ? 1 : 0 as UInt8) }

    package mutating func unsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            uint8(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        uint8(UInt8(rest))
    }

    private mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        let size = MemoryLayout<Value>.size
        reserve(size)
        unsafe storage.storeBytes(of: value.bigEndian, toByteOffset: count, as: Value.self)
        count += size
    }

    // MARK: Lengths

    package mutating func string(_ value: String) throws(WireError) {
        try string(value, compact: isFlexible)
    }

    package mutating func string(_ value: WireString) throws(WireError) {
        try stringLength(value.count, compact: isFlexible)
        unsafe value.withUnsafeBytes { unsafe bytes($0) }
    }

    package mutating func nullableString(_ value: String?) throws(WireError) {
        try nullableString(value, compact: isFlexible)
    }

    mutating func nullableString(_ value: String?, compact: Bool) throws(WireError) {
        if let value {
            try string(value, compact: compact)
        } else if compact {
            unsignedVarint(0)
        } else {
            int16(-1)
        }
    }

    private mutating func string(_ value: String, compact: Bool) throws(WireError) {
        let span = value.utf8Span.span
        try stringLength(span.count, compact: compact)
        unsafe span.withUnsafeBytes { unsafe bytes($0) }
    }

    private mutating func stringLength(_ length: Int, compact: Bool) throws(WireError) {
        guard length <= WireReader.maximumStringLength else { throw WireError(.invalidLength(length), at: count) }
        if compact { unsignedVarint(UInt32(length + 1)) } else { int16(Int16(length)) }
    }

    /// The number of elements of an array, or of bytes of a field of records or bytes; nil writes null.
    package mutating func length(_ length: Int?) {
        let length = length ?? -1
        precondition(length < Int(Int32.max), "\(length) has no 32-bit length")
        if isFlexible { unsignedVarint(UInt32(length + 1)) } else { int32(Int32(length)) }
    }

    /// Bytes without a length.
    package mutating func bytes(_ value: UnsafeRawBufferPointer) {
        reserve(value.count)
        unsafe UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: value)
        count += value.count
    }

    /// The end of a structure: no tagged fields, in a version that could have some.
    package mutating func noTaggedFields() {
        if isFlexible { uint8(0) }
    }

    private mutating func reserve(_ additional: Int) {
        let needed = count + additional
        guard needed > capacity else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Swift.max(needed, 2 * capacity), alignment: 16)
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        unsafe storage.deallocate()
        unsafe storage = larger
    }
}
