/// A closed set of names that this module itself defines, unlike the strategies, whose catalogs live elsewhere.
package protocol Choice: SettingValue, CustomStringConvertible, CaseIterable, RawRepresentable, Hashable
where RawValue == String {
    /// What the names choose between, for the error's text.
    static var noun: String { get }
}

extension Choice {
    package static var shape: ValueShape { .choice(allCases.map(\.rawValue)) }
    package static var form: String { allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ") }
    package var description: String { rawValue }

    package init(parsing text: String) throws(ValueError) {
        guard let value = Self(rawValue: text) else {
            let hint = Spelling.hint(for: text, among: Self.allCases.map(\.rawValue))
            throw ValueError("unknown \(Self.noun) '\(text)'\(hint)")
        }
        self = value
    }
}

/// What a leg drives.
package enum Target: String, Choice, Codable {
    /// The commit log, in the load process.
    case log
    /// Spawned brokers, over loopback TCP.
    case broker

    package static var noun: String { "target" }
}

/// What the load does, and in which order.
package enum WorkloadShape: String, Choice {
    case produce
    case consume
    case produceThenConsume = "produce-then-consume"
    case produceAndConsume = "produce-and-consume"
    /// Writes everything once, then again while consumers read from the beginning: from where `workload.cache` says.
    case catchUp = "catch-up"
    /// The same, but the consumers that are measured follow the log from where it ends, beside others
    /// that read what was there before.
    case tailBesideCatchUp = "tail-beside-catch-up"
    case randomRead = "random-read"

    package static var noun: String { "workload shape" }
}

/// Where the data is when it is read.
package enum CacheState: String, Choice {
    /// In the page cache.
    case hot
    /// On the device only: dropped from the page cache before reading.
    case cold

    package static var noun: String { "cache state" }
}

/// When a segment's blocks are allocated.
package enum Preallocation: String, Choice {
    /// As the segment grows.
    case none
    /// When the segment is made.
    case fallocate

    package static var noun: String { "preallocation" }
}

/// What becomes of the files of segments that retention gave up.
package enum SegmentReuse: String, Choice {
    /// They are unlinked.
    case none
    /// New segments are written over them.
    case recycle

    package static var noun: String { "segment reuse" }
}

/// The file system of an emulated disk.
package enum DiskFileSystem: String, Choice {
    case ext4, xfs, btrfs

    package static var noun: String { "file system" }
}

/// How clients reach the nodes.
package enum NetworkKind: String, Choice {
    /// Over the loopback interface that all processes share.
    case loopback
    /// Each node in a network namespace of its own, over a bridge.
    case namespaces

    package static var noun: String { "network" }
}

/// What a chart's values are held against.
package enum IdealLine: String, Choice, Codable {
    /// The first value times as many as x has grown.
    case proportional

    package static var noun: String { "ideal line" }
}

/// How many replicas must have a batch before it is acknowledged.
package enum Acks: String, Choice {
    case none = "0"
    case leader = "1"
    case all

    package static var noun: String { "acks" }
}

/// Which partition a record goes to; of several topics, records or batches take turns.
package enum RecordPartitioner: String, Choice {
    /// A whole batch to one partition, the next batch to the next one.
    case sticky
    /// Each record to the next partition.
    case roundRobin = "round-robin"
    /// All records of a key to one partition, which Java's hash of the key chooses.
    case key

    package static var noun: String { "partitioner" }
}

/// Who waits when a fetch needs the disk.
package enum ColdReads: String, Choice {
    /// A thread for it, while the others are served.
    case offload
    /// The thread that serves, and with it all its connections.
    case inline

    package static var noun: String { "way of cold reads" }
}

/// Who keeps what was read of the log.
package enum ReadCacheKind: String, Choice {
    case pageCache = "page-cache"
    /// Each fetch reads from the device.
    case none
    /// The broker, in memory of its own.
    case application

    package static var noun: String { "cache" }
}

/// What a consumer does with what it reads.
package enum ConsumerMode: String, Choice {
    /// Only the batches' headers are looked at, so that the way to the consumer is measured and not the consumer.
    case discard
    /// Each batch is checked and decompressed, and each record visited, as an application's client would.
    case decode

    package static var noun: String { "consumer mode" }
}

/// At which distances the requests of an open load come.
package enum Arrivals: String, Choice {
    case constant
    case poisson

    package static var noun: String { "arrivals" }
}

/// What ends a warm-up.
package enum WarmUpEnd: String, Choice {
    case time
    /// Steady throughput, or the time if it comes first.
    case steady

    package static var noun: String { "end of a warm-up" }
}

/// Which keys records have.
package enum KeyDistribution: String, Choice {
    case none, sequential, uniform, zipfian

    package static var noun: String { "key distribution" }
}

/// What is done to the machine's memory before each leg, so that legs that are alike find it alike. On a virtual
/// machine the first touch of a page can cost more than the whole way of a write, because the host has to provide it.
package enum MemoryPreparation: String, Choice {
    /// Whichever of `reserved` and `rewritten` suits the machine and the leg.
    case auto
    /// Nothing: it is as the leg before left it.
    case asFound = "as-found"
    /// As much free memory as the leg will take is touched.
    case touched
    /// A file as large as the leg's, at most half of what is free, is written and removed.
    case rewritten
    /// The page cache is filled with clean pages but for what the leg will take, and that is touched.
    case filled
    /// As much as the leg will write is held ready, and let go just ahead of the writer.
    case reserved

    package static var noun: String { "memory state" }
}
