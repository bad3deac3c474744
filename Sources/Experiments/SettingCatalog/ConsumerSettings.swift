// The settings of `consumer`.

extension Setting where Value == Int {
    package static var consumers: Self {
        Self("consumer.count", default: 1, in: 1...256, .broker, "The number of consumers.")
    }
}

extension Setting where Value == ByteCount {
    package static var maxPartitionFetch: Self {
        Self(
            "consumer.max.partition.fetch.bytes", default: .mebibytes(1), in: ByteCount(1)...ByteCount.mebibytes(256),
            .both.kafkas, "The most that one read returns of a partition.")
    }
    package static var fetchMin: Self {
        Self(
            "consumer.fetch.min.bytes", default: ByteCount(1), in: ByteCount(0)...ByteCount.mebibytes(256),
            .broker.kafkas, "The broker waits until it has this much to answer a fetch.")
    }
}

extension Setting where Value == TimeSpan {
    package static var fetchMaxWait: Self {
        Self(
            "consumer.fetch.max.wait.ms", default: .milliseconds(500), in: .milliseconds(0)...TimeSpan.seconds(60),
            .broker.kafkas, "But it waits no longer than this.")
    }
}

extension Setting where Value == ConsumerMode {
    package static var consumerMode: Self {
        Self(
            "consumer.mode", default: .discard, .both,
            "What is done with the batches that are read: `decode` checks and decompresses them and visits every "
                + "record.")
    }
}
