/// Chooses a partition for each record as a partitioner says, and remembers what that needs.
struct PartitionChoice {
    private let partitioner: Partitioner
    /// By topic: the partition that records without a key stick to, nil if another one is due.
    private var sticky: [Int?] = []
    /// By topic: the last sticky partition, so that it changes.
    private var lastSticky: [Int] = []
    /// By topic: the partition whose turn it is.
    private var turn: [Int] = []
    private var random: UInt64

    init(_ partitioner: Partitioner, seed: UInt64) {
        self.partitioner = partitioner
        random = seed
    }

    mutating func partition(ofTopic topic: Int, key: UnsafeRawBufferPointer?, count: Int) -> Int {
        while sticky.count <= topic {
            sticky.append(nil)
            lastSticky.append(-1)
            turn.append(0)
        }
        switch partitioner {
        case .roundRobin: return turn[topic] % count
        case .key:
            if let key = unsafe key { return unsafe Partitioner.partition(ofKey: key, count: count) }
            return stickyPartition(ofTopic: topic, count: count)
        case .sticky: return stickyPartition(ofTopic: topic, count: count)
        }
    }

    private mutating func stickyPartition(ofTopic topic: Int, count: Int) -> Int {
        if let partition = sticky[topic] { return partition }
        let last = lastSticky[topic]
        var partition = last
        if last < 0 || count < 2 {
            partition = Int(nextRandom() % UInt64(count))
        } else {
            // One of the others.
            partition = Int(nextRandom() % UInt64(count - 1))
            if partition >= last { partition += 1 }
        }
        sticky[topic] = partition
        lastSticky[topic] = partition
        return partition
    }

    /// A record was taken: the turn passes on.
    mutating func took(topic: Int) {
        if partitioner == .roundRobin { turn[topic] &+= 1 }
    }

    /// A batch was ended: what stuck to its partition moves on.
    mutating func sealed(_ partition: PartitionID) {
        guard partition.topic < sticky.count, sticky[partition.topic] == partition.index else { return }
        sticky[partition.topic] = nil
    }

    /// SplitMix64.
    private mutating func nextRandom() -> UInt64 {
        random &+= 0x9e37_79b9_7f4a_7c15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
