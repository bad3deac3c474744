/// A type that a field of a message can have.
package protocol WireValue {
    static func read(from reader: inout WireReader) throws(WireError) -> Self
    func write(to writer: inout WireWriter) throws(WireError)
    /// The least number of bytes that a value takes in any version.
    static var minimumLength: Int { get }
}

/// A type that has a form for null: strings and arrays.
package protocol NullableWireValue: WireValue {
    static func readNullable(from reader: inout WireReader) throws(WireError) -> Self?
    static func writeNull(to writer: inout WireWriter)
    static var empty: Self { get }
}

extension Bool: WireValue {
    package static var minimumLength: Int { 1 }
    package static func read(from reader: inout WireReader) throws(WireError) -> Bool { try reader.bool() }
    package func write(to writer: inout WireWriter) { writer.bool(self) }
}

extension Int8: WireValue {
    package static var minimumLength: Int { 1 }
    package static func read(from reader: inout WireReader) throws(WireError) -> Int8 { try reader.int8() }
    package func write(to writer: inout WireWriter) { writer.int8(self) }
}

/// An array of these has the same form as the protocol's `bytes`.
extension UInt8: WireValue {
    package static var minimumLength: Int { 1 }
    package static func read(from reader: inout WireReader) throws(WireError) -> UInt8 { try reader.uint8() }
    package func write(to writer: inout WireWriter) { writer.uint8(self) }
}

extension Int16: WireValue {
    package static var minimumLength: Int { 2 }
    package static func read(from reader: inout WireReader) throws(WireError) -> Int16 { try reader.int16() }
    package func write(to writer: inout WireWriter) { writer.int16(self) }
}

extension Int32: WireValue {
    package static var minimumLength: Int { 4 }
    package static func read(from reader: inout WireReader) throws(WireError) -> Int32 { try reader.int32() }
    package func write(to writer: inout WireWriter) { writer.int32(self) }
}

extension Int64: WireValue {
    package static var minimumLength: Int { 8 }
    package static func read(from reader: inout WireReader) throws(WireError) -> Int64 { try reader.int64() }
    package func write(to writer: inout WireWriter) { writer.int64(self) }
}

extension ErrorCode: WireValue {
    package static var minimumLength: Int { 2 }

    /// A code that this enumeration does not know is read as `unknownServerError`, as Kafka's own clients do.
    package static func read(from reader: inout WireReader) throws(WireError) -> ErrorCode {
        ErrorCode(rawValue: try reader.int16()) ?? .unknownServerError
    }

    package func write(to writer: inout WireWriter) { writer.int16(rawValue) }
}

extension String: NullableWireValue {
    package static var minimumLength: Int { 1 }
    package static var empty: String { "" }

    package static func read(from reader: inout WireReader) throws(WireError) -> String {
        try validated(try reader.string(), endingAt: reader.offset)
    }

    package static func readNullable(from reader: inout WireReader) throws(WireError) -> String? {
        guard let string = try reader.nullableString() else { return nil }
        return try validated(string, endingAt: reader.offset)
    }

    private static func validated(_ string: WireString, endingAt end: Int) throws(WireError) -> String {
        guard let validated = string.validated else { throw WireError(.invalidUTF8, at: end - string.count) }
        return validated
    }

    package func write(to writer: inout WireWriter) throws(WireError) { try writer.string(self) }

    package static func writeNull(to writer: inout WireWriter) {
        if writer.isFlexible { writer.unsignedVarint(0) } else { writer.int16(-1) }
    }
}

extension Array: WireValue where Element: WireValue {
    package static var minimumLength: Int { 1 }
}

extension Array: NullableWireValue where Element: WireValue {
    package static var empty: [Element] { [] }

    package static func read(from reader: inout WireReader) throws(WireError) -> [Element] {
        try elements(try reader.arrayCount(elementLength: Element.minimumLength), from: &reader)
    }

    package static func readNullable(from reader: inout WireReader) throws(WireError) -> [Element]? {
        guard let count = try reader.nullableArrayCount(elementLength: Element.minimumLength) else { return nil }
        return try elements(count, from: &reader)
    }

    /// Room is made as the elements come: a count is a claim, and an element in memory is larger than on the wire.
    private static func elements(_ count: Int, from reader: inout WireReader) throws(WireError) -> [Element] {
        var elements: [Element] = []
        elements.reserveCapacity(Swift.min(count, 64))
        for _ in 0..<count {
            elements.append(try Element.read(from: &reader))
        }
        return elements
    }

    package func write(to writer: inout WireWriter) throws(WireError) {
        writer.length(count)
        for element in self {
            try element.write(to: &writer)
        }
    }

    package static func writeNull(to writer: inout WireWriter) {
        writer.length(nil)
    }
}

extension Optional: WireValue where Wrapped: NullableWireValue {
    package static var minimumLength: Int { 1 }

    package static func read(from reader: inout WireReader) throws(WireError) -> Wrapped? {
        try Wrapped.readNullable(from: &reader)
    }

    package func write(to writer: inout WireWriter) throws(WireError) {
        if let self {
            try self.write(to: &writer)
        } else {
            Wrapped.writeNull(to: &writer)
        }
    }
}
