import CommitLog
import Testing

@testable import Broker

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
        try configuration.apply(cluster: "\u{feff}! three\r\n1@a:1\r\n2@b\\:2\r3@c:\\\n  3 # x", name: "file")
        #expect(configuration.nodes.map { "\($0.id)@\($0.host):\($0.port)" } == ["1@a:1", "2@b:2", "3@c:3"])
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
            ("num.partitions=many", "'many' is no number"),
            ("num.partitions=0", "out of range"),
            ("listeners=SSL://host:1", "only PLAINTEXT"),
            ("listeners=host", "no host:port"),
            ("listeners=OUT://host:1", "write listener.security.protocol.map=OUT:PLAINTEXT"),
            ("listeners=CONTROLLER://:1", "no listener that clients could use"),
            ("listeners=PLAINTEXT://a:1,PLAINTEXT://b:2", "leave one of PLAINTEXT://a:1, PLAINTEXT://b:2"),
            ("listeners=PLAINTEXT://::1:1", "in brackets"),
            ("listener.security.protocol.map=A:B", "no NAME:PROTOCOL"),
            ("advertised.listeners=0.0.0.0:1", "clients cannot be sent to 0.0.0.0"),
            ("advertised.listeners=host:0", "clients cannot be sent to port 0"),
            ("advertised.listeners=OTHER://host:1", "no protocol"),
            ("process.roles=controller", "has no broker in it"),
            ("process.roles=zookeeper", "choose one of broker, controller"),
            ("log.dirs= , ", "names no directory"),
            ("log.retention.minutes=-2", "out of range"),
            ("auto.create.topics.enable=yes", "neither true nor false"),
            ("append.path=carrier-pigeon", "choose one of buffered"),
            ("log.cleanup.policy=compact", "'compact' cannot be had: there is no compaction here; write delete"),
            ("cluster.nodes=1@:1", "is every interface"),
            ("cluster.nodes=1@a:1,1@b:2", "an id of its own"),
        ])
    func errors(line: String, explanation: String) {
        var configuration = BrokerConfiguration()
        let error = #expect(throws: ConfigurationError.self) {
            try configuration.apply(properties: "\n" + line, name: "file")
        }
        #expect(error?.description.hasPrefix("file, line 2") == true)
        #expect(error?.description.contains(explanation) == true, "\(String(describing: error))")
    }

    @Test("a key that nobody knows is a warning with the nearest one in a file, and an error where it was typed")
    func unknownKeys() throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(properties: "num.partition=3\nretention=1", name: "file")
        #expect(configuration.defaultPartitions == 1)
        #expect(configuration.allRemarks.allSatisfy { $0.isWarning })
        let texts = configuration.allRemarks.map(\.text)
        #expect(
            texts.first
                == "file, line 1: num.partition is no setting and has no effect; the nearest is num.partitions")
        #expect(texts.last?.hasPrefix("file, line 2: retention is no setting") == true)
        let error = #expect(throws: ConfigurationError.self) { try configuration.apply(assignment: "num.partition=3") }
        #expect(error?.description == "num.partition: there is no such setting; the nearest is num.partitions")
    }

    @Test(
        "the finest unit of a time wins, whatever the order, and is what is described",
        arguments: [
            (["log.retention.ms=1000", "log.retention.minutes=5", "log.retention.hours=168"], 1000, "1", "1"),
            (["log.retention.minutes=90", "log.retention.hours=168"], 5_400_000, "90", "2"),
            (["log.retention.hours=2"], 7_200_000, "120", "2"),
            (["retention.ms=60000", "log.retention.minutes=5"], 60_000, "1", "1"),
            (["log.retention.ms=-1", "log.retention.hours=1"], nil, "-1", "-1"),
            (["log.retention.hours=-1"], nil, "-1", "-1"),
            (["log.retention.minutes=-1", "log.retention.hours=7"], nil, "-1", "-1"),
        ] as [([String], Int64?, String, String)])
    func precedence(lines: [String], milliseconds: Int64?, minutes: String, hours: String) throws {
        for order in [lines, lines.reversed(), Array(lines.dropFirst() + lines.prefix(1))] {
            var configuration = BrokerConfiguration()
            for line in order { try configuration.apply(assignment: line) }
            #expect(configuration.topicDefaults.log.retentionMilliseconds == milliseconds, "\(order)")
            #expect(configuration.remarks.count >= lines.count - 1, "\(configuration.remarks)")
            let described = BrokerSetting.all.reduce(into: [:]) { $0[$1.names[0]] = $1.read(configuration) }
            #expect(described["log.retention.minutes"] == minutes && described["log.retention.hours"] == hours)
        }
        for order in [["log.roll.ms=5000", "log.roll.hours=3"], ["log.roll.hours=3", "log.roll.ms=5000"]] {
            var configuration = BrokerConfiguration()
            for line in order { try configuration.apply(assignment: line) }
            #expect(configuration.topicDefaults.log.segmentMilliseconds == 5000)
        }
    }

    @Test("a weaker key's value is checked all the same, and records that are kept for no time are refused")
    func weakerValues() throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "log.retention.ms=1000")
        #expect(throws: ConfigurationError.self) { try configuration.apply(assignment: "log.retention.hours=much") }
        try configuration.apply(assignment: "log.dirs=/a")
        try configuration.apply(assignment: "log.dir=/b")
        #expect(configuration.logDirectories == ["/a"])
        try configuration.check()
        try configuration.apply(assignment: "log.retention.ms=0")
        #expect(throws: ConfigurationError.self) { try configuration.check() }
    }

    @Test(
        "clients are sent where they find the broker, or it does not start",
        arguments: [
            (["listeners=127.0.0.1:7"], "127.0.0.1:7"), (["listeners=[::1]:7"], "::1:7"),
            (["listeners=0.0.0.0:7"], nil), (["listeners=[::]:7"], nil),
            (["listeners=0.0.0.0:7", "advertised.listeners=PLAINTEXT://host:8"], "host:8"),
            (["listeners=:7", "advertised.listeners=host:8"], "host:8"),
            (
                [
                    "listener.security.protocol.map=out:plaintext", "listeners=OUT://a:7",
                    "advertised.listeners=OUT://b:8",
                ], "b:8"
            ),
        ] as [([String], String?)])
    func advertised(settings: [String], place: String?) throws {
        var configuration = BrokerConfiguration()
        for setting in settings + ["log.dirs=/a"] { try configuration.apply(assignment: setting) }
        if let place {
            try configuration.check()
            let (host, port) = try configuration.advertised(port: configuration.port)
            #expect("\(host):\(port)" == place)
        } else {
            let error = #expect(throws: ConfigurationError.self) { try configuration.check() }
            #expect(error?.description.contains("advertised.listeners=PLAINTEXT://host:7") == true)
        }
    }

    @Test("--listen takes the place of a file's listeners and of what they advertise")
    func listen() throws {
        var configuration = BrokerConfiguration()
        try configuration.apply(
            properties: "listeners=PLAINTEXT://:1\nadvertised.listeners=PLAINTEXT://far:1\nlog.dirs=/a", name: "file")
        try configuration.apply(listen: "127.0.0.1:0")
        let (host, port) = try configuration.advertised(port: 7)
        #expect(host == "127.0.0.1" && port == 7)
        #expect(configuration.remarks.map(\.text).contains { $0.hasPrefix("advertised.listeners far:1 belongs") })
        try configuration.apply(assignment: "advertised.listeners=near:2")
        let (other, otherPort) = try configuration.advertised(port: 7)
        #expect(other == "near" && otherPort == 2)
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
