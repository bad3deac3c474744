/// The shape that Produce and Fetch have in common, both ways: topics, each a name and partitions.
///
/// These are the messages of the data path. They are walked and written in place instead of being turned into arrays,
/// so that neither a topic nor a partition costs an allocation.
struct TopicWalk {
    enum Step {
        case topic(WireString, partitionCount: Int)
        /// The partition's fields follow.
        case partition
        case end
    }

    private var topicsLeft = 0
    private var partitionsLeft = 0
    private var isInTopic = false

    /// Reads the number of topics.
    ///
    /// - Returns: That number.
    mutating func begin(_ reader: inout WireReader) throws(WireError) -> Int {
        // A name, a number of partitions.
        topicsLeft = try reader.arrayCount(elementLength: 2)
        return topicsLeft
    }

    /// - Parameter partitionLength: The least number of bytes of a partition.
    mutating func next(_ reader: inout WireReader, partitionLength: Int) throws(WireError) -> Step {
        if partitionsLeft > 0 {
            partitionsLeft -= 1
            return .partition
        }
        if isInTopic {
            try reader.skipTaggedFields()
            isInTopic = false
        }
        guard topicsLeft > 0 else { return .end }
        let name = try reader.string()
        partitionsLeft = try reader.arrayCount(elementLength: partitionLength)
        topicsLeft -= 1
        isInTopic = true
        return .topic(name, partitionCount: partitionsLeft)
    }
}

extension WireWriter {
    /// The start of a topic of a Produce or Fetch message; that many partitions follow, then `endTopic`.
    package mutating func beginTopic(_ name: WireString, partitionCount: Int) throws(WireError) {
        try string(name)
        length(partitionCount)
    }

    package mutating func beginTopic(_ name: String, partitionCount: Int) throws(WireError) {
        try string(name)
        length(partitionCount)
    }

    package mutating func endTopic() {
        noTaggedFields()
    }
}
