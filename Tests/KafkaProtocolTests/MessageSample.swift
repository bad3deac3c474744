import KafkaProtocol

/// Fills a message with different values throughout, by the rules of `Fixtures/make_fixtures.py`: what kafka-python
/// encodes under the same rules is the same message.
struct MessageSample: FieldCoder {
    let version: Int16
    private var count = 0
    /// Position in the innermost array.
    private var index = 0

    init(version: Int16) {
        self.version = version
    }

    static func make<Message: WireMessage>(_ type: Message.Type, version: Int16) throws(WireError) -> Message {
        var sample = MessageSample(version: version)
        var message = Message()
        try message.code(with: &sample)
        return message
    }

    mutating func field<Value: WireValue>(_ value: inout Value) throws(WireError) {
        value = try next(Value.self)
    }

    private mutating func next<Value>(_ type: Value.Type) throws(WireError) -> Value {
        if let structure = type as? any WireStructure.Type { return try filled(structure) as! Value }
        return try (type as! any Sampled.Type).sample(&self) as! Value
    }

    private mutating func filled<Structure: WireStructure>(_ type: Structure.Type) throws(WireError) -> Structure {
        var structure = Structure()
        try structure.code(with: &self)
        return structure
    }

    mutating func number() -> Int {
        count += 1
        return count
    }

    fileprivate mutating func array<Element>(_ type: Element.Type) throws(WireError) -> [Element] {
        if type is UInt8.Type {
            let start = number() % 250
            return [start, start + 1, start + 2].map { UInt8($0) as! Element }
        }
        let outer = index
        defer { index = outer }
        var elements: [Element] = []
        for position in 0..<(type is Int64.Type ? 1 : 2) {
            index = position
            elements.append(try next(type))
        }
        return elements
    }

    fileprivate mutating func optional<Wrapped>(_ type: Wrapped.Type) throws(WireError) -> Wrapped? {
        index == 1 ? nil : try next(type)
    }
}

private protocol Sampled {
    static func sample(_ sample: inout MessageSample) throws(WireError) -> Self
}

extension Bool: Sampled {
    static func sample(_ sample: inout MessageSample) -> Bool { sample.number() % 2 == 1 }
}
extension Int8: Sampled {
    static func sample(_ sample: inout MessageSample) -> Int8 { Int8(sample.number() % 100) }
}
extension Int16: Sampled {
    static func sample(_ sample: inout MessageSample) -> Int16 { Int16(sample.number()) }
}
extension Int32: Sampled {
    static func sample(_ sample: inout MessageSample) -> Int32 { Int32(sample.number()) }
}
extension Int64: Sampled {
    static func sample(_ sample: inout MessageSample) -> Int64 { Int64(sample.number()) }
}
extension TopicId: Sampled {
    static func sample(_ sample: inout MessageSample) -> TopicId { TopicId(high: 0, low: UInt64(sample.number())) }
}
extension ErrorCode: Sampled {
    static func sample(_ sample: inout MessageSample) -> ErrorCode {
        ErrorCode(rawValue: Int16(1 + sample.number() % 98))!
    }
}
extension String: Sampled {
    static func sample(_ sample: inout MessageSample) -> String { "s\(sample.number())" }
}
extension Array: Sampled {
    fileprivate static func sample(_ sample: inout MessageSample) throws(WireError) -> [Element] {
        try sample.array(Element.self)
    }
}
extension Optional: Sampled {
    fileprivate static func sample(_ sample: inout MessageSample) throws(WireError) -> Wrapped? {
        try sample.optional(Wrapped.self)
    }
}
