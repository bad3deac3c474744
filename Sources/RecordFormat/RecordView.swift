/// One record inside a batch; nothing is copied. The pointers are good as long as the bytes that were iterated over.
@safe
package struct RecordView {
    package var offset: Int64
    /// Milliseconds since 1970; the batch's time of append if the broker set it.
    package var timestamp: Int64
    /// Nil is a null key, which is not an empty one.
    package var key: UnsafeRawBufferPointer?
    /// Nil is a null value: a tombstone.
    package var value: UnsafeRawBufferPointer?
    package var headers: RecordHeaders
}

/// One header of a record.
@safe
package struct RecordHeader {
    /// UTF-8.
    package var key: UnsafeRawBufferPointer
    package var value: UnsafeRawBufferPointer?

    package init(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
        unsafe self.key = key
        unsafe self.value = value
    }
}

/// The headers of a record as they are encoded: checked by the record iterator, decoded one at a time by `next`.
@safe
package struct RecordHeaders {
    /// The headers not yet taken.
    package private(set) var count: Int
    /// Their encoded bytes.
    private(set) var bytes: UnsafeRawBufferPointer

    /// No headers.
    package init() {
        count = 0
        unsafe bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// - Parameter bytes: exactly `count` well-formed headers.
    init(count: Int, checked bytes: UnsafeRawBufferPointer) {
        self.count = count
        unsafe self.bytes = unsafe bytes
    }

    /// Takes the next header; nil after the last.
    package mutating func next() -> RecordHeader? {
        guard count > 0 else { return nil }
        count -= 1
        var reader = unsafe VarintReader(bytes)
        guard let keyCount = reader.int32(), let key = unsafe reader.take(Int(keyCount)),
            let valueCount = reader.int32()
        else { preconditionFailure("the headers were checked before") }
        var value: UnsafeRawBufferPointer?
        if valueCount >= 0 { unsafe value = unsafe reader.take(Int(valueCount)) }
        unsafe bytes = unsafe reader.rest
        return unsafe RecordHeader(key: key, value: value)
    }
}
