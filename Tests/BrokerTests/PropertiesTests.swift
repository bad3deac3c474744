import CommitLog
import Foundation
import LinuxKernel
import Testing

@testable import Broker

@Suite("server.properties")
struct PropertiesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Properties")

    /// What comes of a file.
    enum Outcome: Sendable {
        /// It is taken.
        ///
        /// - Parameters:
        ///   - sees: Of the configuration.
        ///   - says: Parts of the remarks, a remark each; there is no other one.
        case taken(sees: @Sendable (BrokerConfiguration) -> Bool, says: [String])
        /// With parts of the error.
        case refused([String])

        static func taken(_ sees: @escaping @Sendable (BrokerConfiguration) -> Bool) -> Self {
            .taken(sees: sees, says: [])
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var outcome: Outcome
        var testDescription: String { file }
    }

    private static let kafkasOwn = [
        "CONTROLLER://:39518 is for a controller",
        "controller.quorum.voters, inter.broker.listener.name, num.network.threads",
    ]

    static let cases: [Case] = [
        Case(file: "lf", outcome: .taken { $0.port == 39517 && $0.defaultPartitions == 7 }),
        Case(file: "crlf", outcome: .taken { $0.port == 39517 && $0.defaultPartitions == 7 }),
        Case(file: "crlf-nocomment", outcome: .taken { $0.defaultPartitions == 7 && $0.retentionHours == 24 }),
        Case(
            file: "crlf2",
            outcome: .taken(
                sees: { $0.topicDefaults.log.flushPolicy == "fdatasync" && !$0.autoCreateTopics },
                says: ["line 7: this.key.does.not.exist is no setting"])),
        Case(file: "bom", outcome: .taken { $0.port == 39517 && $0.names == ["data"] }),
        Case(file: "case", outcome: .refused(["line 5: compression.type", "'PRODUCER'", "producer"])),
        Case(file: "compact", outcome: .refused(["line 3: log.cleanup.policy", "'compact' cannot be had"])),
        Case(file: "continuation", outcome: .taken { $0.names == ["a", "b"] }),
        Case(file: "dirs-space", outcome: .taken { $0.names == ["a", "b"] }),
        Case(
            file: "dup",
            outcome: .taken(sees: { $0.defaultPartitions == 5 }, says: ["line 4: num.partitions is given 2 times"])),
        Case(file: "dupdirs", outcome: .refused(["log.dirs", "are one directory"])),
        Case(file: "symdir", outcome: .refused(["log.dirs", "lnk' are one directory"])),
        Case(file: "escapedir", outcome: .taken { $0.names == ["my data"] }),
        Case(file: "escapes", outcome: .taken { $0.names == ["my data"] && $0.port == 39517 }),
        Case(
            file: "kafka-kraft-nocontroller",
            outcome: .taken(sees: { $0.sendsClients(to: "localhost:39517") }, says: [kafkasOwn[1]])),
        Case(
            file: "kafka-kraft", outcome: .taken(sees: { $0.sendsClients(to: "localhost:39517") }, says: kafkasOwn)),
        Case(
            file: "kafka-kraft-advertised-controller",
            outcome: .taken(sees: { $0.sendsClients(to: "localhost:39517") }, says: kafkasOwn)),
        Case(
            file: "kraft",
            outcome: .taken(
                sees: { $0.host == "0.0.0.0" && $0.port == 39517 },
                says: ["CONTROLLER://:29093 is for a controller", "no such part: controller.quorum.voters"])),
        Case(file: "minutes", outcome: .taken { $0.topicDefaults.log.retentionMilliseconds == 3_600_000 }),
        Case(file: "named", outcome: .taken { $0.sendsClients(to: "127.0.0.1:39517") }),
        Case(
            file: "retention-order",
            outcome: .taken(
                sees: {
                    $0.topicDefaults.log.retentionMilliseconds == 1000
                        && $0.topicDefaults.log.segmentMilliseconds == 5000
                },
                says: [
                    "log.retention.hours has no effect beside log.retention.ms",
                    "log.roll.hours has no effect beside log.roll.ms",
                ])),
        Case(
            file: "rf3", outcome: .refused(["line 3: default.replication.factor", "'3' cannot be had: there are no"])),
        Case(file: "sasl", outcome: .refused(["line 1: listeners", "'SASL_SSL'", "only PLAINTEXT"])),
        Case(file: "spacesep", outcome: .taken { $0.port == 39517 && $0.names == ["data"] }),
        Case(file: "unknown1", outcome: .refused(["line 4: min.insync.replicas", "'2' cannot be had"])),
        Case(
            file: "unknown2",
            outcome: .taken(
                sees: { $0.port == 39517 },
                says: [
                    "line 6: confluent.license is no setting",
                    "may do everything here: ssl.keystore.location, super.users",
                    "no such part: metric.reporters",
                ])),
    ]

    @Test("are read as Kafka reads them, as they are installed", arguments: cases)
    func asInstalled(_ example: Case) throws {
        let place = RunningBroker.makeDirectory()
        defer { try? Directory.removeTree(place) }
        try Directory.create(place + "/w")
        // It leads to what is not there yet.
        try FileManager.default.createSymbolicLink(atPath: place + "/lnk", withDestinationPath: "w/data")
        let file = Self.folder.appending(path: example.file + ".properties")
        let text = PropertiesText.decode(Array(try Data(contentsOf: file))).replacing("work/", with: place + "/")
        func read() throws(ConfigurationError) -> BrokerConfiguration {
            var configuration = BrokerConfiguration()
            try configuration.apply(properties: text, name: "file")
            // What a file leaves out stands on the command line.
            if configuration.logDirectories.isEmpty { try configuration.set("log.dirs", to: place + "/w/data") }
            try configuration.check()
            return configuration
        }
        switch example.outcome {
        case .refused(let parts):
            let error = #expect(throws: ConfigurationError.self) { try read() }
            for part in parts { #expect(error?.description.contains(part) == true, "\(String(describing: error))") }
        case .taken(let sees, let says):
            let configuration = try read()
            #expect(sees(configuration), "\(configuration)")
            let remarks = configuration.allRemarks.map(\.text)
            #expect(remarks.count == says.count, "\(remarks)")
            for part in says { #expect(remarks.contains { $0.contains(part) }, "\(remarks)") }
        }
        #expect(try Directory.names(in: place) == ["lnk", "w"])
        #expect(try Directory.names(in: place + "/w") == [])
    }

    @Test("each case of the folder has its outcome")
    func complete() throws {
        let files = try Directory.names(in: Self.folder.path())
        #expect(files == Self.cases.map { $0.file + ".properties" }.sorted())
    }

    @Test(
        "the format is java.util.Properties'",
        arguments: [
            ("a=1", ["a": "1"]), ("a:1", ["a": "1"]), ("a 1", ["a": "1"]), ("a\t=\t1", ["a": "1"]),
            ("  a = b = c ", ["a": "b = c"]), ("a", ["a": ""]), ("a=", ["a": ""]), ("=1", ["": "1"]),
            ("a==1", ["a": "=1"]), ("a = : 1", ["a": ": 1"]),
            ("a=1\r\nb=2\rc=3\nd=4", ["a": "1", "b": "2", "c": "3", "d": "4"]),
            ("\u{feff}a=1", ["a": "1"]), ("\r\n\r\na=1", ["a": "1"]), (" \t\u{c}a=1", ["a": "1"]),
            ("#a=1\n!b=2\n  # c=3\nd=4", ["d": "4"]), ("# a \\\nb=1", ["b": "1"]),
            ("a=1,\\\n  2,\\\r\n\t3", ["a": "1,2,3"]), ("a=1\\\n#2", ["a": "1#2"]),
            ("a=1\\\\\nb=2", ["a": "1\\", "b": "2"]),
            ("a=1\\\n\nb=2", ["a": "1", "b": "2"]), ("a=1\\", ["a": "1"]), ("\\\na=1", ["a": "1"]),
            ("a\\=b\\:c\\ d=1", ["a=b:c d": "1"]),
            ("a=b\\t\\n\\x\\\\", ["a": "b\t\nx\\"]),
            ("a=\\u00e9\\uD83D\\uDE00", ["a": "é😀"]), ("a=é", ["a": "é"]), ("a=1\na=2", ["a": "2"]),
        ])
    func format(text: String, entries: [String: String]) throws {
        let found = try PropertiesText.entries(of: text).map { ($0.key, $0.value) }
        #expect(Dictionary(found) { $1 } == entries)
    }

    @Test("a place in the file is that of the line where its value begins")
    func places() throws {
        #expect(try PropertiesText.entries(of: "# x\r\n\r\na=\\\r\n1\r\nb=2").map(\.line) == [3, 5])
        for text in ["\n\na=\\u12g4", "\n\na=\\u12", "# \\u\n\na=\\u"] {
            let error = #expect(throws: ConfigurationError.self) { try PropertiesText.entries(of: text) }
            #expect(error?.description == "line 3: \\u is not followed by four hexadecimal digits")
        }
    }

    @Test("bytes that are no UTF-8 are Java's ISO 8859-1")
    func encodings() {
        #expect(PropertiesText.decode(Array("a=é".utf8)) == "a=é")
        #expect(PropertiesText.decode([0x61, 0x3d, 0xe9]) == "a=é")
    }
}

extension BrokerConfiguration {
    fileprivate var names: [String] { logDirectories.map { String($0.split(separator: "/").last ?? "") } }
    fileprivate var retentionHours: Int64 { (topicDefaults.log.retentionMilliseconds ?? 0) / 3_600_000 }

    fileprivate func sendsClients(to place: String) -> Bool {
        guard let (host, port) = try? advertised(port: port) else { return false }
        return "\(host):\(port)" == place
    }
}
