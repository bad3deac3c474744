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

    @Test("a cluster's file names its nodes, and a node listens where it stands in it unless it is told otherwise")
    func cluster() throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(cluster: "# three\n1@a:1\n\n 3@c:3 # the last\n2@b:2\n", name: "file")
        #expect(configuration.nodes.map { "\($0.id)@\($0.host):\($0.port)" } == ["1@a:1", "2@b:2", "3@c:3"])
        configuration.nodeId = 2
        #expect(configuration.listener.host == "b" && configuration.listener.port == 2)
        try configuration.apply(assignment: "listeners=0.0.0.0:9")
        #expect(configuration.listener.host == "0.0.0.0" && configuration.listener.port == 9)
        for (text, reason) in [
            ("# none\n", "names no node"), ("1@a\n", "no host:port"), ("1@a:1\n1@b:1", "of its own"),
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try configuration.apply(cluster: text, name: "file")
            }
            #expect(error?.description.hasPrefix("file: ") == true && error?.description.contains(reason) == true)
        }
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

    @Test("a fault that is asked for is known by its text, with its unit and within its range")
    func handicaps() {
        #expect(Handicap("call") == .extraCall)
        #expect(Handicap("copy") == .copyingFetch)
        #expect(Handicap("cpu=0.05") == .slowdown(share: 0.05))
        #expect(Handicap("delay=40ms") == .delay(nanoseconds: 40_000_000))
        #expect(Handicap("spin=10000ms") == .spin(nanoseconds: 10_000_000_000))
        for text in [
            "", "calls", "call=1", "copy=", "cpu", "cpu=0", "cpu=-1", "cpu=11", "cpu=nan", "delay", "delay=40",
            "delay=40s", "delay=0ms", "delay=10001ms", "delay=1.5ms", "spin=-1ms", "spin=ms", "spin=1ms=2ms",
        ] {
            #expect(Handicap(text) == nil, "\(text)")
        }
    }
}
