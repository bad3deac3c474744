import KafkaClient
import Testing

@Suite("Partitioner")
struct PartitionerTests {
    /// The numbers are those of Kafka's own test of `Utils.murmur2`, and of kafka-python for the last three.
    static let hashes: [(key: [UInt8], hash: Int32)] = [
        (Array("21".utf8), -973_932_308),
        (Array("foobar".utf8), -790_332_482),
        (Array("a-little-bit-long-string".utf8), -985_981_536),
        (Array("a-little-bit-longer-string".utf8), -1_486_304_829),
        (Array("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8".utf8), -58_897_971),
        (Array("abc".utf8), 479_470_107),
        ([], 275_646_681),
        ([0xff, 0xfe, 0x80], -160_726_397),
        (Array("k".utf8), -1_567_496_736),
    ]

    @Test("keys hash as in Java's client, whatever their length", arguments: hashes)
    func murmur2(key: [UInt8], hash: Int32) {
        let found = unsafe key.withUnsafeBytes { unsafe Murmur2.hash($0) }
        #expect(Int32(bitPattern: found) == hash)
    }

    @Test("a key's partition is its hash without the sign, modulo the partitions", arguments: hashes)
    func partition(key: [UInt8], hash: Int32) {
        for count in [1, 2, 12, 1000] {
            let found = unsafe key.withUnsafeBytes { unsafe Partitioner.partition(ofKey: $0, count: count) }
            #expect(found == Int(hash & Int32.max) % count)
        }
    }
}
