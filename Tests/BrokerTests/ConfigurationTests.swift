import Broker
import CommitLog
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    @Test("Kafka's properties are read, with bare numbers and with units")
    func properties() throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(
            properties: """
                # a comment
                broker.id=7
                listeners=PLAINTEXT://:19092
                log.dirs = /a,/b
                num.partitions=3

                log.segment.bytes=1048576
                log.retention.hours=2
                log.flush.interval.messages=10
                message.max.bytes=2MiB
                connections.max.idle.ms=5s
                num.io.threads=8
                """, name: "server.properties")
        #expect(configuration.nodeId == 7)
        #expect(configuration.host == "0.0.0.0" && configuration.port == 19092)
        #expect(configuration.logDirectories == ["/a", "/b"])
        #expect(configuration.defaultPartitions == 3)
        #expect(configuration.topicDefaults.log.segmentBytes == 1 << 20)
        #expect(configuration.topicDefaults.log.retentionMilliseconds == 7_200_000)
        #expect(configuration.topicDefaults.log.flushPolicy == "messages")
        #expect(configuration.topicDefaults.log.maxMessageBytes == 2 << 20)
        #expect(configuration.maxIdleMilliseconds == 5000)
        #expect(configuration.withoutEffect == ["num.io.threads"])
    }

    @Test(
        "what is wrong is named with its place, and with what would be right",
        arguments: [
            ("num.partition=3", "the nearest is num.partitions"),
            ("num.partitions=many", "'many' is no number"),
            ("num.partitions=0", "out of range"),
            ("listeners=SSL://host:1", "only PLAINTEXT"),
            ("listeners=host", "no host:port"),
            ("append.path=carrier-pigeon", "choose one of buffered"),
            ("log.cleanup.policy=compact", "choose one of delete"),
            ("cluster.nodes=1@a:1,1@b:2", "an id of its own"),
            ("just text", "no key=value"),
        ])
    func errors(line: String, explanation: String) {
        var configuration = BrokerConfiguration()
        let error = #expect(throws: ConfigurationError.self) {
            try configuration.apply(properties: "\n" + line, name: "file")
        }
        #expect(error?.description.hasPrefix("file, line 2") == true)
        #expect(error?.description.contains(explanation) == true, "\(String(describing: error))")
    }
}
