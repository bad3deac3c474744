/// DescribeLogDirs (35): the log directories of a broker, with the partitions in them. Definitions:
/// DescribeLogDirsRequest, DescribeLogDirsResponse.
package struct DescribeLogDirsRequest: WireMessage {
    package static let api = ApiKey.describeLogDirs
    /// The partitions to describe; nil means all.
    package var topics: [Topic]? = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&topics)
    }

    package struct Topic: WireStructure {
        package var topic = ""
        package var partitions: [Int32] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&topic)
            try coder.field(&partitions)
        }
    }
}

package struct DescribeLogDirsResponse: WireMessage {
    package static let api = ApiKey.describeLogDirs
    package var throttleTimeMs: Int32 = 0
    package var errorCode = ErrorCode.none
    package var results: [Result] = []

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&throttleTimeMs)
        try coder.field(&errorCode, 3...)
        try coder.field(&results)
    }

    package struct Result: WireStructure {
        package var errorCode = ErrorCode.none
        /// The directory's absolute path.
        package var logDir = ""
        package var topics: [Topic] = []
        /// Of the volume; -1 where it is not known.
        package var totalBytes: Int64 = -1
        /// Of the volume, for an ordinary user; -1 where it is not known.
        package var usableBytes: Int64 = -1

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&errorCode)
            try coder.field(&logDir)
            try coder.field(&topics)
            try coder.field(&totalBytes, 4...)
            try coder.field(&usableBytes, 4...)
        }
    }

    package struct Topic: WireStructure {
        package var name = ""
        package var partitions: [Partition] = []

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&name)
            try coder.field(&partitions)
        }
    }

    package struct Partition: WireStructure {
        package var partitionIndex: Int32 = 0
        /// Of its segments, in bytes.
        package var partitionSize: Int64 = 0
        package var offsetLag: Int64 = 0
        /// Whether the log is being copied here from another directory.
        package var isFutureKey = false

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&partitionIndex)
            try coder.field(&partitionSize)
            try coder.field(&offsetLag)
            try coder.field(&isFutureKey)
        }
    }
}
