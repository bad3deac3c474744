// The settings of `workload`.

extension Setting where Value == WorkloadShape {
    package static var shape: Self {
        Self("workload.shape", default: .produceThenConsume, .both, "What the load does, and in which order.")
    }
}

extension Setting where Value == ByteCount {
    package static var recordSize: Self {
        Self(
            "workload.record.size", default: .kibibytes(1), in: ByteCount(32)...ByteCount.mebibytes(16), .both,
            "The bytes of a record's value.")
    }
    package static var workloadBytes: Self {
        Self(
            "workload.bytes", default: .mebibytes(256), in: ByteCount(1)...ByteCount(1 << 44), .both,
            "The bytes of record values that a leg's measured window writes, at the most.")
    }
}

extension Setting where Value == RecordSizeLaw {
    package static var recordSizes: Self {
        Self("workload.record.sizes", default: .fixed, .both, "How the sizes of the records' values are distributed.")
    }
}

extension Setting where Value == String? {
    package static var corpus: Self {
        Self(
            "workload.corpus", default: nil, .both,
            "A file whose lines are the records' values, in turn, instead of random bytes and filler.")
    }
}

extension Setting where Value == KeyDistribution {
    package static var keyDistribution: Self {
        Self("workload.key.distribution", default: .none, .both, "Which keys the records have.")
    }
}

extension Setting where Value == Int {
    package static var keyCount: Self {
        Self("workload.key.count", default: 100_000, in: 1...1_000_000_000, .both, "How many different keys there are.")
    }
}

extension Setting where Value == TimeSpan? {
    package static var duration: Self {
        Self(
            "workload.duration", default: nil, in: .milliseconds(10)...TimeSpan.hours(24), .both,
            "How long the measured window of producing lasts, unless workload.bytes end it before.")
    }
    package static var latencyTarget: Self {
        Self(
            "workload.latency.target", default: nil, in: TimeSpan(nanoseconds: 1_000)...TimeSpan.seconds(60), .both,
            "Before measuring, search for the highest rate at which 99 % of the requests take no longer than this.")
    }
}

extension Setting where Value == TimeSpan {
    package static var warmUpTime: Self {
        Self(
            "workload.warmup.time", default: .milliseconds(0), in: .milliseconds(0)...TimeSpan.hours(1), .both,
            "How long the load runs before it is measured; with workload.warmup.until=steady, at the most.")
    }
}

extension Setting where Value == WarmUpEnd {
    package static var warmUpEnd: Self {
        Self(
            "workload.warmup.until", default: .time, .both,
            "What ends the warm-up: its time, or throughput that changed by at most 5 % over a second.")
    }
}

extension Setting where Value == Rate? {
    package static var rate: Self {
        Self(
            "workload.rate", default: nil, .both,
            "What all producers together send, whatever becomes of it (open load); unset sends as soon as it is "
                + "answered.")
    }
}

extension Setting where Value == Arrivals {
    package static var arrivals: Self {
        Self("workload.arrivals", default: .constant, .both, "At which distances the requests of an open load come.")
    }
}

extension Setting where Value == Ratio {
    package static var compressibility: Self {
        Self(
            "workload.compressibility", default: Ratio(0.5), .both,
            "The share of a value that a codec can remove: 0 is random bytes, 1 is all alike.")
    }
}

extension Setting where Value == CacheState {
    package static var cache: Self {
        Self(
            "workload.cache", default: .hot, .both,
            "Where the data is when it is read; a leg in which it is not there is contaminated.")
    }
}

extension Setting where Value == Bool {
    package static var verify: Self {
        Self("workload.verify", default: true, .both, "Read everything back and check order, count and content.")
    }
}
