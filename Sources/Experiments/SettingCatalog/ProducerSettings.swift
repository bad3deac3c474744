// The settings of `producer`.

extension Setting where Value == Int {
    package static var producers: Self {
        Self("producer.count", default: 1, in: 1...256, .broker, "The number of producers.")
    }
    package static var maxInFlight: Self {
        Self(
            "producer.max.in.flight.requests.per.connection", default: 5, in: 1...1_000, .broker.kafkas,
            "The requests that may be without an answer at a time.")
    }
}

extension Setting where Value == ByteCount {
    package static var batchSize: Self {
        Self(
            "producer.batch.size", default: .kibibytes(16), in: ByteCount(1)...ByteCount.mebibytes(64), .both.kafkas,
            "The bytes of records that go into one batch; it always holds at least one record.")
    }
}

extension Setting where Value == TimeSpan {
    package static var linger: Self {
        Self(
            "producer.linger.ms", default: .milliseconds(0), in: .milliseconds(0)...TimeSpan.seconds(60),
            .broker.kafkas,
            "How long a batch waits for more records.")
    }
}

extension Setting where Value == Acks {
    package static var acks: Self {
        Self("producer.acks", default: .leader, .broker.kafkas, "Who must have a batch before it is acknowledged.")
    }
}

extension Setting where Value == String {
    package static var compression: Self {
        Self("producer.compression.type", default: "none", .both.kafkas.strategy, "The codec of each batch.")
    }
}

extension Setting where Value == Int? {
    package static var compressionLevel: Self {
        Self(
            "producer.compression.level", default: nil, in: 1...100, .both,
            "The codec's level; unset is the codec's own default (Kafka has one key for each codec).")
    }
}

extension Setting where Value == Bool {
    package static var prebuilt: Self {
        Self(
            "producer.prebuilt", default: true, .both,
            "Encode the batches before the clock starts, so that only the log is measured.")
    }
}

extension Setting where Value == RecordPartitioner {
    package static var partitioner: Self {
        Self("producer.partitioner", default: .sticky, .broker, "Which partition a record goes to.")
    }
}
