/// How a producer chooses the partition of a record.
package enum Partitioner: String, CaseIterable, Sendable {
    /// By the hash of its key, as Java's client; without a key as `sticky`.
    case key
    /// The same partition until its batch is full or sent, then another one; keys do not matter.
    case sticky
    /// One after the other; keys do not matter.
    case roundRobin = "round-robin"

    /// The partition that Java's default partitioner chooses for a key.
    package static func partition(ofKey key: UnsafeRawBufferPointer, count: Int) -> Int {
        unsafe Int(Murmur2.hash(key) & 0x7fff_ffff) % count
    }
}

/// MurmurHash2, 32 bits, with the seed of Kafka's clients (`org.apache.kafka.common.utils.Utils.murmur2`).
package enum Murmur2 {
    private static let seed: UInt32 = 0x9747_b28c
    private static let multiplier: UInt32 = 0x5bd1_e995

    package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let count = bytes.count
        var hash = seed ^ UInt32(truncatingIfNeeded: count)
        var position = 0
        while count - position >= 4 {
            var word = unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            word = word &* multiplier
            word ^= word >> 24
            hash = hash &* multiplier ^ word &* multiplier
            position += 4
        }
        if position < count {
            var shift: UInt32 = 0
            while position < count {
                hash ^= unsafe UInt32(bytes[position]) << shift
                shift += 8
                position += 1
            }
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        hash ^= hash >> 15
        return hash
    }
}
