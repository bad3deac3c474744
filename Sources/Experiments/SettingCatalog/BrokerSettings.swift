// The settings of `broker`.

extension Setting where Value == String {
    package static var appendPath: Self {
        Self(
            "broker.append.path", default: "buffered", .both.strategy,
            "How the bytes of a batch reach the segment file.")
    }
    package static var placement: Self {
        Self("broker.placement", default: "sequential", .both.strategy, "Where in the segment a batch goes.")
    }
    package static var flushPolicy: Self {
        Self("broker.flush.policy", default: "none", .both.strategy, "When written bytes are forced to the device.")
    }
    package static var fetchPath: Self {
        Self(
            "broker.fetch.path", default: "sendfile", .broker.strategy,
            "How the bytes of a fetch reach the consumer's socket.")
    }
}

extension Setting where Value == Preallocation {
    package static var preallocate: Self {
        Self("broker.preallocate", default: .none, .both, "Whether a segment's blocks are allocated when it is made.")
    }
}

extension Setting where Value == SegmentReuse {
    package static var segmentReuse: Self {
        Self(
            "broker.segment.reuse", default: .none, .both,
            "Whether new segments are written over the files that retention gave up, whose blocks and pages are there; "
                + "not beside a fetch path that lends pages to sockets.")
    }
}

extension Setting where Value == Int {
    package static var logDirs: Self {
        Self(
            "broker.log.dirs", default: 1, in: 1...64, .both,
            "The log directories of each node that its partitions are spread over (Kafka's key lists their paths).")
    }
    package static var nodes: Self {
        Self(
            "broker.nodes", default: 1, in: 1...16, .broker,
            "The broker processes, nodes of one cluster that partitions are spread over.")
    }
    package static var reactors: Self {
        Self("broker.reactors", default: 1, in: 1...64, .broker, "The threads of a broker that serve connections.")
    }
}

extension Setting where Value == ByteCount {
    package static var pipeBytes: Self {
        Self(
            "broker.fetch.pipe.bytes", default: .mebibytes(1), in: .kibibytes(4)...ByteCount.gibibytes(1), .broker,
            "The room in a pipe, for the fetch paths that have one.")
    }
    package static var readCacheBytes: Self {
        Self(
            "broker.cache.bytes", default: .mebibytes(64), in: .kibibytes(256)...ByteCount.gibibytes(64), .broker,
            "The memory of a broker's own cache, for all partitions together, where it has one.")
    }
}

extension Setting where Value == Bool {
    package static var traceCalls: Self {
        Self(
            "broker.trace.calls", default: true, .broker,
            "Let the kernel count the brokers' system calls too, where it may; each call then takes a little longer.")
    }
}

extension Setting where Value == ColdReads {
    package static var coldReads: Self {
        Self(
            "broker.cold.reads", default: .offload, .broker,
            "Who waits when a fetch needs the disk: a thread of its own, or the one that serves, and all with it.")
    }
}

extension Setting where Value == ReadCacheKind {
    package static var readCache: Self {
        Self(
            "broker.cache", default: .pageCache, .broker,
            "Who keeps what was appended and read: the kernel, nobody, or the broker, in memory of its own (O_DIRECT).")
    }
}
