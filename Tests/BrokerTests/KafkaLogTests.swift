import Compression
import Foundation
import KafkaProtocol
import LinuxKernel
import RecordFormat
import Testing

@Suite("Logs that Apache Kafka 4.3.1 wrote")
struct KafkaLogTests {
    /// What of a directory of Kafka's a broker is started on.
    enum Form: String, CaseIterable {
        case asItIs
        case withoutMarker
        case withoutCheckpoint
        case withoutMarkerAndCheckpoint
        /// A recovery point before the holes of `compacted`.
        case pointBeforeHoles
        /// Partitions' folders and nothing else.
        case folders
        /// Partitions' log files and nothing else.
        case logFiles
    }

    private static let topics = [
        "codec-none", "codec-gzip", "codec-snappy", "codec-lz4", "codec-zstd", "compacted", "transactions",
        "append-time",
        "old-times", "empty",
    ]
    private static let checkpoint = "recovery-point-offset-checkpoint"
    private static let marker = ".kafka_cleanshutdown"

    private static func fixture(_ name: String) throws -> String {
        try #require(Bundle.module.path(forResource: "Fixtures/kafka-logs/\(name)", ofType: nil))
    }

    /// - Returns: What it wrote to its standard output.
    @discardableResult
    private static func run(_ program: String, _ arguments: String..., in directory: String = "/") throws -> Data {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program) \(arguments): \(String(decoding: output, as: UTF8.self))")
        return output
    }

    private static func lines(_ name: String) throws -> [String] {
        String(decoding: try run("gzip", "-dc", fixture(name)), as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    /// Every log file below a directory, with its bytes.
    private static func logs(in directory: String) throws -> [String: [UInt8]] {
        var logs: [String: [UInt8]] = [:]
        for folder in try Directory.names(in: directory) where try Directory.isDirectory(directory + "/" + folder) {
            for name in try Directory.names(in: directory + "/" + folder) where name.hasSuffix(".log") {
                logs[folder + "/" + name] = try TextFile.bytes("\(directory)/\(folder)/\(name)")
            }
        }
        return logs
    }

    private static func unpack(_ archive: String, _ form: Form, to directory: String) throws {
        try Directory.create(directory)
        try run("tar", "xzf", try fixture(archive + ".tar.gz"), "-C", directory, "--strip-components=1")
        func remove(_ name: String) throws {
            if try Directory.exists(directory + "/" + name) { try Directory.unlinkFile(directory + "/" + name) }
        }
        switch form {
        case .asItIs: break
        case .withoutMarker: try remove(marker)
        case .withoutCheckpoint: try remove(checkpoint)
        case .withoutMarkerAndCheckpoint:
            try remove(marker)
            try remove(checkpoint)
        case .pointBeforeHoles:
            try remove(marker)
            try TextFile.replace(directory + "/" + checkpoint, with: "0\n1\ncompacted 0 110\n")
        case .folders, .logFiles:
            for name in try Directory.names(in: directory) {
                let path = directory + "/" + name
                if try !Directory.isDirectory(path) {
                    try Directory.unlinkFile(path)
                } else if form == .logFiles {
                    for file in try Directory.names(in: path) where !file.hasSuffix(".log") {
                        try Directory.unlinkFile(path + "/" + file)
                    }
                }
            }
        }
    }

    /// A topic's first partition, as Kafka's console consumer prints it.
    private static func read(_ topic: String, at client: TestClient) throws -> [String] {
        var lines: [String] = []
        var offset: Int64 = 0
        let decompressor = Decompressor()
        func text(_ bytes: UnsafeRawBufferPointer?) -> String {
            unsafe bytes.map { unsafe String(decoding: $0, as: UTF8.self) } ?? "null"
        }
        while true {
            let fetched = try client.fetch(topic, from: offset)
            #expect(fetched.partition.errorCode == .none, "\(topic) at \(offset)")
            if fetched.bytes.isEmpty { break }
            try unsafe fetched.bytes.withUnsafeBytes { buffer in
                var batches = unsafe RecordBatchSequence(buffer)
                while let batch = try batches.next() {
                    try batch.validate()
                    offset = batch.header.nextOffset
                    guard !batch.header.isControl else { continue }
                    let kind = batch.header.timestampType == .createTime ? "CreateTime" : "LogAppendTime"
                    var records = try RecordIterator(batch, decompressor: decompressor)
                    while let record = try records.next() {
                        lines.append(
                            "\(kind):\(record.timestamp)\tOffset:\(record.offset)\t\(text(record.key))\t\(text(record.value))"
                        )
                    }
                }
            }
        }
        return lines
    }

    @Test(
        "read as Kafka reads them, whatever is there beside them, and no start changes a byte",
        arguments: ["stopped", "killed"], Form.allCases)
    func reads(_ archive: String, _ form: Form) throws {
        let directory = RunningBroker.makeDirectory()
        defer { try? Directory.removeTree(directory) }
        let logs = directory + "/logs"
        try Self.unpack(archive, form, to: logs)
        let before = try Self.logs(in: logs)
        #expect(before.count > 15)
        // As it comes, after a clean stop, and after a crash without a checkpoint.
        for start in 0..<3 {
            if start == 2 {
                for name in [Self.marker, Self.checkpoint] where try Directory.exists(logs + "/" + name) {
                    try Directory.unlinkFile(logs + "/" + name)
                }
            }
            let broker = try RunningBroker(["log.retention.ms=-1"], in: directory, keepingDirectory: true)
            let client = try broker.connect()
            for topic in Self.topics {
                let expected = topic == "empty" ? [] : try Self.lines(topic + ".tsv.gz")
                let isSame = try Self.read(topic, at: client) == expected
                #expect(isSame, "\(topic), start \(start)")
            }
            #expect(broker.stop() == nil)
            let isUnchanged = try Self.logs(in: logs) == before
            #expect(isUnchanged, "start \(start)")
        }
        let broker = try RunningBroker(["log.retention.ms=-1"], in: directory, keepingDirectory: true)
        let client = try broker.connect()
        #expect(try client.produce("compacted", Batch.make(["more"])).baseOffset == 2400)
        #expect(try client.produce("append-time", Batch.make(["more"])).baseOffset == 300)
        #expect(try Batch.records(client.fetch("compacted", from: 2400).bytes).map(\.value) == ["more"])
        broker.stop()
    }

    @Test("of one partition whose folder was copied alone read as Kafka reads them", arguments: topics.dropLast())
    func alone(_ topic: String) throws {
        let whole = RunningBroker.makeDirectory()
        let directory = RunningBroker.makeDirectory()
        defer { for path in [whole, directory] { try? Directory.removeTree(path) } }
        try Self.unpack("stopped", .asItIs, to: whole)
        try Directory.create(directory + "/logs")
        try Directory.rename("\(whole)/\(topic)-0", to: "\(directory)/logs/\(topic)-0")
        let before = try Self.logs(in: directory + "/logs")
        let broker = try RunningBroker(["log.retention.ms=-1"], in: directory, keepingDirectory: true)
        let isSame = try Self.read(topic, at: broker.connect()) == Self.lines(topic + ".tsv.gz")
        #expect(isSame)
        broker.stop()
        let after = try Self.logs(in: directory + "/logs")
        #expect(before.allSatisfy { after[$0.key] == $0.value })
    }

    /// The first offsets of the batches that a reader gets of each topic in `holes.tar.gz`, and the end.
    private static let holes: [String: (batches: [Int64], end: Int64)] = [
        "words": ([0, 10, 20, 25, 35], 45), "compacted": ([0, 20, 30, 45, 62, 70], 80), "epochs": ([0, 5], 10),
        "txn": ([0, 3, 4], 7), "my.topic_a": ([0], 3), "my_topic.a": ([0], 4), "mid": ([500], 510),
        "emptylast": ([0], 10), "empty": ([], 0),
    ]

    @Test(
        "with holes, empty segments and preallocated indexes are read whole, stopped or killed",
        arguments: [false, true])
    func holes(isStopped: Bool) throws {
        let directory = RunningBroker.makeDirectory()
        defer { try? Directory.removeTree(directory) }
        let logs = directory + "/logs"
        try Self.unpack("holes", .asItIs, to: logs)
        if isStopped {
            try TextFile.replace(logs + "/" + Self.marker, with: #"{"version":0,"brokerEpoch":5}"#)
            try TextFile.replace(logs + "/" + Self.checkpoint, with: "0\n2\nwords 0 45\ncompacted 0 80\n")
        }
        let before = try Self.logs(in: logs)
        #expect(before.count == 15)
        for _ in 0..<2 {
            let broker = try RunningBroker(["log.retention.ms=-1"], in: directory, keepingDirectory: true)
            let client = try broker.connect()
            for (topic, expected) in Self.holes {
                var seen: [Int64] = []
                var offset = expected.batches.first == 500 ? 500 : Int64(0)
                while true {
                    let fetched = try client.fetch(topic, from: offset)
                    #expect(fetched.partition.highWatermark == expected.end, "\(topic)")
                    if fetched.bytes.isEmpty { break }
                    try unsafe fetched.bytes.withUnsafeBytes { buffer in
                        var batches = unsafe RecordBatchSequence(buffer)
                        while let batch = try batches.next() {
                            seen.append(batch.header.baseOffset)
                            offset = batch.header.nextOffset
                        }
                    }
                }
                #expect(seen == expected.batches, "\(topic)")
            }
            #expect(broker.stop() == nil)
            let after = try Self.logs(in: logs)
            #expect(before.allSatisfy { after[$0.key] == $0.value })
        }
    }

    @Test("have the same bytes as ours of the same 400 batches: logs, offset indexes and time indexes, 15 files")
    func sameBatches() throws {
        let broker = try RunningBroker(["log.retention.ms=-1"])
        let client = try broker.connect()
        let configs = ["segment.bytes": "1048576", "index.interval.bytes": "4096"]
        #expect(try client.createTopic("idx", configs: configs) == .none)
        for (number, line) in try Self.lines("same-batches.tsv.gz").enumerated() {
            let fields = line.split(separator: "\t")
            let value = [UInt8](repeating: UInt8(ascii: "A") + UInt8(number % 26), count: try #require(Int(fields[0])))
            var encoder = RecordBatchEncoder()
            try unsafe encoder.begin()
            for time in fields[1].split(separator: " ") {
                let time = try #require(Int64(time))
                try unsafe value.withUnsafeBytes { value in
                    try unsafe [UInt8(ascii: "k")].withUnsafeBytes { key in
                        try unsafe encoder.append(timestamp: time, key: key, value: value)
                    }
                }
            }
            let batch = unsafe Array(try encoder.finish())
            #expect(try client.produce("idx", batch, version: 7).errorCode == .none)
        }
        broker.stop()
        let sums = try Self.fixture("same-batches.sha256")
        #expect(try TextFile.read(sums).split(separator: "\n").count == 15)
        try Self.run("sha256sum", "--check", "--strict", "--quiet", sums, in: broker.directory + "/logs")
    }
}
