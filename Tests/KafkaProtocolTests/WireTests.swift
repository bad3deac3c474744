import KafkaProtocol
import Testing

@Suite struct WireTests {
    @Test("numbers are big-endian")
    func numbers() throws {
        let bytes = try written { writer throws(WireError) in
            writer.int8(-2)
            writer.int16(0x0102)
            writer.int32(0x0102_0304)
            writer.int64(0x0102_0304_0506_0708)
            writer.bool(true)
        }
        #expect(bytes == [0xfe, 1, 2, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 1])
        try reading(bytes) { reader throws(WireError) in
            #expect(try reader.int8() == -2)
            #expect(try reader.int16() == 0x0102)
            #expect(try reader.int32() == 0x0102_0304)
            #expect(try reader.int64() == 0x0102_0304_0506_0708)
            #expect(try reader.bool())
            try reader.expectEnd()
        }
    }

    @Test(
        "varints have seven bits a byte, least significant first",
        arguments: [
            (0, [0]), (1, [1]), (127, [127]), (128, [0x80, 1]), (300, [0xac, 2]),
            (.max, [0xff, 0xff, 0xff, 0xff, 0x0f]),
        ] as [(UInt32, [UInt8])])
    func varints(value: UInt32, bytes: [UInt8]) throws {
        #expect(try written { writer throws(WireError) in writer.unsignedVarint(value) } == bytes)
        #expect(try reading(bytes) { reader throws(WireError) in try reader.unsignedVarint() } == value)
    }

    @Test(
        "a varint of more than 32 bits is an error",
        arguments: [
            [0xff, 0xff, 0xff, 0xff, 0x1f], [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
        ] as [[UInt8]])
    func longVarints(bytes: [UInt8]) {
        #expect(throws: WireError(.invalidVarint, at: 0)) {
            try reading(bytes) { reader throws(WireError) in try reader.unsignedVarint() }
        }
    }

    @Test("a value beyond the prefix that has arrived is incomplete, one beyond the frame is an error")
    func incomplete() {
        #expect(throws: WireError(.incomplete(missing: 2), at: 0)) {
            try reading([1, 2], stillToCome: 2) { reader throws(WireError) in try reader.int32() }
        }
        #expect(throws: WireError(.truncated(needed: 4, remaining: 3), at: 0)) {
            try reading([1, 2], stillToCome: 1) { reader throws(WireError) in try reader.int32() }
        }
    }

    @Test("an array that the frame cannot hold is an error before there is room for it")
    func hugeArrays() {
        let count: [UInt8] = [0x7f, 0xff, 0xff, 0xff]
        #expect(throws: WireError(.tooManyElements(Int(Int32.max), remaining: 8), at: 0)) {
            try reading(count + Array(repeating: 0, count: 8)) { reader throws(WireError) in
                try [Int32].read(from: &reader)
            }
        }
        #expect(throws: WireError(.tooManyElements(3, remaining: 8), at: 0)) {
            try reading([0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2]) { reader throws(WireError) in
                try [Int32].read(from: &reader)
            }
        }
    }

    @Test("negative lengths other than null, null where none may be, and text that is not UTF-8 are errors")
    func badLengths() {
        #expect(throws: WireError(.invalidLength(-2), at: 0)) {
            try reading([0xff, 0xfe]) { reader throws(WireError) in try reader.nullableString() }
        }
        #expect(throws: WireError(.invalidLength(-1), at: 0)) {
            try reading([0xff, 0xff]) { reader throws(WireError) in try reader.string() }
        }
        #expect(throws: WireError(.invalidLength(-5), at: 0)) {
            try reading([0xff, 0xff, 0xff, 0xfb]) { reader throws(WireError) in try reader.arrayCount() }
        }
        #expect(throws: WireError(.invalidUTF8, at: 2)) {
            try reading([0, 2, 0xc3, 0x28]) { reader throws(WireError) in try String.read(from: &reader) }
        }
    }

    @Test("a string that the protocol cannot carry is refused, not cut")
    func longStrings() {
        let request = HeartbeatRequest { $0.groupId = String(repeating: "x", count: 32_768) }
        for version: Int16 in [0, 4] {
            #expect(throws: WireError(.invalidLength(32_768), at: 0)) {
                try written { writer throws(WireError) in try request.encode(into: &writer, version: version) }
            }
        }
    }

    @Test("a compact length does not lift the limit of a string")
    func longCompactStrings() throws {
        let request = HeartbeatRequest { $0.groupId = String(repeating: "x", count: 32_767) }
        var body = try written { writer throws(WireError) in try request.encode(into: &writer, version: 4) }
        #expect(
            try reading(body) { reader throws(WireError) in try HeartbeatRequest.decode(from: &reader, version: 4) }
                == request)
        // One more: 32768 and one, as a varint, and the byte for it.
        body.replaceSubrange(0..<3, with: [0x81, 0x80, 0x02, 0x78])
        #expect(throws: WireError(.invalidLength(32_768), at: 0)) {
            try reading(body) { reader throws(WireError) in try HeartbeatRequest.decode(from: &reader, version: 4) }
        }
    }

    @Test("views of strings are equal and hash alike by their bytes")
    func views() throws {
        let bytes: [UInt8] = [0, 2, 97, 98, 0, 2, 97, 98, 0, 2, 97, 99]
        try reading(bytes) { reader throws(WireError) in
            let (first, second, third) = (try reader.string(), try reader.string(), try reader.string())
            #expect(first == second && first != third && first == "ab")
            #expect(first.hashValue == second.hashValue)
            #expect(Set([first, second, third]).count == 2)
        }
    }

    @Test("a writer keeps its room, gives back an excess, and takes back a frame")
    func reuse() throws {
        var writer = WireWriter(capacity: 8)
        for value in 0..<100 as Range<Int64> { writer.int64(value) }
        let grown = writer.capacity
        #expect(writer.count == 800 && grown >= 800)
        writer.removeAll()
        #expect(writer.count == 0 && writer.capacity == grown)
        writer.int8(1)
        let frame = writer.beginFrame()
        writer.int64(2)
        writer.truncate(to: frame)
        #expect(writer.count == 1)
        writer.removeAll(keepingCapacity: 64)
        #expect(writer.capacity == 64)
        writer.int16(0x0304)
        #expect(unsafe writer.withUnsafeBytes { unsafe Array($0) } == [3, 4])
    }
}
