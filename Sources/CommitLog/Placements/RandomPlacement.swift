/// In slots of a preallocated segment, in an order drawn from a seed: what a log would cost if it were not one.
///
/// Each slot is used once. The order is a pseudo-random permutation (a Fisher-Yates shuffle of the slot numbers), so a
/// device sees the writes of a random-write benchmark of the same block size.
final class RandomPlacement: Placement {
    private let slotBytes: Int
    private var order: [UInt32]

    /// - Parameters:
    ///   - slotBytes: A slot's size; a batch must fit in it.
    ///   - freeSlots: The numbers of the slots that hold no batch.
    ///   - seed: What the order is drawn from.
    init(slotBytes: Int, freeSlots: [UInt32], seed: UInt64) {
        self.slotBytes = slotBytes
        order = freeSlots
        var generator = SplitMix64(seed: seed)
        order.shuffle(using: &generator)
    }

    override func position(for byteCount: Int) -> Int? {
        precondition(byteCount <= slotBytes, "the log bounds a batch by the slot")
        return order.last.map { Int($0) * slotBytes }
    }

    override func take(_ byteCount: Int) {
        order.removeLast()
    }

    override var isContiguous: Bool { false }
}

/// Sebastiano Vigna's SplitMix64: a seeded generator whose sequence is the same on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
