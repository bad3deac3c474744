import CAllocationCounter
import KafkaProtocol
import Testing

/// Every decoder reads a fixed number of hostile inputs: it may refuse them, but it may not trap, and what it takes is
/// bounded by the input: no more allocations than bytes, and nothing that comes out larger than what went in.
@Suite struct FuzzTests {
    private static let inputsPerCase = 300

    /// splitmix64: small, seeded, the same everywhere.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    /// A frame of random bytes, or a valid one that was cut, overwritten or had a piece repeated.
    private static func hostile(_ valid: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = valid
        switch UInt8.random(in: 0..<4, using: &generator) {
        case 0:
            return (0..<Int.random(in: 0..<200, using: &generator)).map { _ in .random(in: 0...255, using: &generator) }
        case 1:
            bytes.removeLast(.random(in: 0...bytes.count, using: &generator))
        case 2:
            for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
                let extremes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &generator)]
                bytes[.random(in: 0..<bytes.count, using: &generator)] = extremes.randomElement(using: &generator)!
            }
        default:
            let start = Int.random(in: 0...bytes.count, using: &generator)
            let end = Int.random(in: start...bytes.count, using: &generator)
            bytes.insert(contentsOf: bytes[start..<end], at: .random(in: 0...bytes.count, using: &generator))
        }
        return bytes
    }

    @Test("no message decoder traps on hostile bytes, and what it accepts can be written", arguments: MessageCase.all)
    func messages(_ message: MessageCase) throws {
        try fuzz(message.type, message)
    }

    private func fuzz<Message: WireMessage>(_ type: Message.Type, _ message: MessageCase) throws {
        let version = message.version
        let sample = try MessageSample.make(type, version: version)
        let valid = try written { writer throws(WireError) in try sample.encode(into: &writer, version: version) }
        var generator = Generator(state: UInt64(Message.api.rawValue) << 32 | UInt64(version))
        var accepted = 0
        for _ in 0..<Self.inputsPerCase {
            let bytes = Self.hostile(valid, &generator)
            let before = sluice_thread_allocations()
            let decoded = try? reading(bytes) { reader throws(WireError) in
                try Message.decode(from: &reader, version: version)
            }
            #expect(sluice_thread_allocations() - before <= UInt64(bytes.count) + 16)
            guard let decoded else { continue }
            accepted += 1
            let again = try written { writer throws(WireError) in try decoded.encode(into: &writer, version: version) }
            #expect(again.count <= bytes.count + 8, "more came out than went in")
        }
        #expect(accepted > 0 || valid.isEmpty, "the inputs are all noise: nothing was tested beyond the first field")
    }

    @Test("no header decoder traps on hostile bytes")
    func headers() throws {
        var generator = Generator(state: 1)
        for api in ApiVersionRange.all {
            for version in api.served {
                let valid = try #require(Fixtures.request(api.key, version))
                for _ in 0..<Self.inputsPerCase {
                    let bytes = Self.hostile(Array(valid.prefix(20)), &generator)
                    _ = try? reading(bytes) { reader throws(WireError) in
                        let header = try RequestHeader.decode(from: &reader)
                        #expect((header.clientId?.count ?? 0) <= bytes.count)
                    }
                }
            }
        }
    }

    @Test("the produce parser never traps, and always comes to an end", arguments: ProduceTests.versions)
    func produceRequests(version: Int16) throws {
        let valid = Array(try #require(Fixtures.request(.produce, version)).dropFirst(version >= 9 ? 17 : 16))
        var generator = Generator(state: UInt64(version))
        for _ in 0..<10 * Self.inputsPerCase {
            let bytes = Self.hostile(valid, &generator)
            let stillToCome = Bool.random(using: &generator) ? 0 : Int.random(in: 0...100, using: &generator)
            var steps = 0
            _ = try? reading(bytes, stillToCome: stillToCome) { reader throws(WireError) in
                var parser = try ProduceRequestParser(version: version)
                while true {
                    steps += 1
                    switch try parser.next(&reader) {
                    case .header, .topic: continue
                    case .partition(_, let length):
                        if let length, length <= reader.remaining { try reader.skip(length) } else { return }
                    case .needMore(let count):
                        #expect(count > 0 && count <= stillToCome)
                        return
                    case .end: return
                    }
                }
            }
            #expect(steps <= bytes.count + 3)
        }
    }

    @Test("the other cursors of the data path never trap, and always come to an end")
    func cursors() throws {
        var generator = Generator(state: 2)
        for (api, versions) in [(ApiKey.fetch, FetchTests.versions), (.produce, ProduceTests.versions)] {
            for version in versions {
                let request = try #require(Fixtures.request(api, version)).dropFirst(
                    api.versions.isFlexible(version) ? 17 : 16)
                let response = try #require(Fixtures.response(api, version)).dropFirst(
                    api.versions.isFlexible(version) ? 5 : 4)
                for _ in 0..<Self.inputsPerCase {
                    if api == .fetch {
                        walk(Self.hostile(Array(request), &generator), FetchRequestCursor.init, version) {
                            cursor, reader throws(WireError) in
                            if case .end = try cursor.next(&reader) { false } else { true }
                        }
                        walk(Self.hostile(Array(response), &generator), FetchResponseCursor.init, version) {
                            cursor, reader throws(WireError) in
                            if case .end = try cursor.next(&reader) { false } else { true }
                        }
                    } else {
                        walk(Self.hostile(Array(response), &generator), ProduceResponseCursor.init, version) {
                            cursor, reader throws(WireError) in
                            if case .end = try cursor.next(&reader) { false } else { true }
                        }
                    }
                }
            }
        }
    }

    private func walk<Cursor>(
        _ bytes: [UInt8], _ make: (inout WireReader, Int16) throws(WireError) -> Cursor, _ version: Int16,
        _ advance: (inout Cursor, inout WireReader) throws(WireError) -> Bool
    ) {
        var steps = 0
        _ = try? reading(bytes) { reader throws(WireError) in
            var cursor = try make(&reader, version)
            while try advance(&cursor, &reader) { steps += 1 }
        }
        #expect(steps <= bytes.count)
    }
}
