import Experiments
import Testing

@Suite("Units")
struct UnitTests {
    @Test(
        "a size is its count times its unit, and its text is the shortest exact one",
        arguments: [
            ("64KiB", 65_536, "64KiB"), ("1MiB", 1 << 20, "1MiB"), ("1024KiB", 1 << 20, "1MiB"), ("0B", 0, "0B"),
            ("100MB", 100_000_000, "100MB"), ("512B", 512, "512B"), ("1_000B", 1_000, "1kB"),
            ("64 KiB", 65_536, "64KiB"),
            ("1536MiB", 1_610_612_736, "1536MiB"), ("7TiB", 7 << 40, "7TiB"),
        ])
    func sizes(text: String, bytes: Int, canonical: String) throws {
        let size = try ByteCount(parsing: text)
        #expect(size.bytes == bytes)
        #expect(size.description == canonical)
        #expect(try ByteCount(parsing: canonical) == size)
    }

    @Test(
        "a time is in nanoseconds whatever its unit",
        arguments: [
            ("500ms", 500_000_000, "500ms"), ("1s", 1_000_000_000, "1s"), ("168h", 604_800_000_000_000, "168h"),
            ("10us", 10_000, "10us"), ("1000ms", 1_000_000_000, "1s"), ("0ms", 0, "0ns"),
            ("5min", 300_000_000_000, "5min"),
        ])
    func times(text: String, nanoseconds: Int, canonical: String) throws {
        let time = try TimeSpan(parsing: text)
        #expect(time.nanoseconds == nanoseconds)
        #expect(time.description == canonical)
    }

    @Test(
        "a rate counts records or bytes",
        arguments: [
            ("10k/s", Rate.records(10_000), "10k/s"), ("100MiB/s", .bytes(.mebibytes(100)), "100MiB/s"),
            ("1500/s", .records(1_500), "1500/s"),
        ])
    func rates(text: String, rate: Rate, canonical: String) throws {
        #expect(try Rate(parsing: text) == rate)
        #expect(rate.description == canonical)
    }

    @Test("every canonical text of a random size or time reads back as the same value")
    func roundTrip() throws {
        var generator = TestGenerator(seed: 7)
        for _ in 0..<2_000 {
            let value = Int(generator.next() >> UInt64.random(in: 1...62, using: &generator))
            #expect(try ByteCount(parsing: ByteCount(value).description).bytes == value)
            #expect(try TimeSpan(parsing: TimeSpan(nanoseconds: value).description).nanoseconds == value)
        }
    }

    @Test(
        "an amount that cannot be meant is an error that says what to write",
        arguments: [
            ("64", "'64' has no unit; write a size as 512B or 64KiB"),
            ("-1KiB", "'-1KiB' is negative; a size is 0 or more"),
            ("64kib", "'64kib' has the unknown unit 'kib'; did you mean 64KiB?"),
            ("99999999999GiB", "'99999999999GiB' is too large"),
            ("99999999999999999999B", "'99999999999999999999B' is too large"),
            ("KiB", "'KiB' is not a size"), ("", "'' is not a size"), ("1__0B", "'1__0B' is not a size"),
            ("٣KiB", "'٣KiB' is not a size"),
        ])
    func badSizes(text: String, message: String) {
        #expect(throws: ValueError(message)) { try ByteCount(parsing: text) }
    }

    @Test("integers take digits, groups and thousands, and nothing else")
    func integers() throws {
        #expect(try Int(parsing: "1_000") == 1_000)
        #expect(try Int(parsing: "10k") == 10_000)
        #expect(throws: ValueError.self) { try Int(parsing: "1.5") }
        #expect(throws: ValueError.self) { try Int(parsing: "0x10") }
        #expect(throws: ValueError.self) { try Int(parsing: "10MiB") }
        #expect(throws: ValueError.self) { try Int(parsing: "9223372036854775808") }
    }

    @Test("a ratio is from 0 to 1, in decimal digits", arguments: ["1.1", "-0.5", "nan", "0x1p-1", "inf", "", "."])
    func ratios(text: String) throws {
        #expect(throws: ValueError.self) { try Ratio(parsing: text) }
        #expect(try Ratio(parsing: "0.25").description == "0.25")
        #expect(try Ratio(parsing: "1.0").description == "1")
    }

    @Test("unset, and Kafka's -1, are no value")
    func unset() throws {
        #expect(try Int?(parsing: "unset") == nil)
        #expect(try ByteCount?(parsing: "-1") == nil)
        #expect(Int?.none.canonicalText == "unset")
    }

    @Test(
        "a topic name that could leave its directory is refused, by Kafka's rule",
        arguments: ["", ".", "..", "a/b", "../x", "ü", "a b", String(repeating: "a", count: 250)])
    func badTopics(name: String) {
        #expect(throws: ValueError.self) { try TopicName(parsing: name) }
    }

    @Test(
        "topic names that Kafka takes are taken",
        arguments: ["a", "A.b_c-9", "...", String(repeating: "a", count: 249)])
    func topics(name: String) throws {
        #expect(try TopicName(parsing: name).name == name)
    }
}

/// Numbers that are the same on every run.
struct TestGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
