import Foundation
import LinuxKernel
import Testing

/// The clients that people use, against the broker.
///
/// `SLUICE_CLIENTS_PYTHON` names a Python that has what `Tests/Clients/requirements.txt` lists; `kcat` is looked up in PATH.
/// Where one is missing its tests are skipped, but not in CI.
@Suite("Real clients")
struct RealClientTests {
    static let python = ProcessInfo.processInfo.environment["SLUICE_CLIENTS_PYTHON"]
    static let isCI = ProcessInfo.processInfo.environment["CI"] != nil
    static let hasPython = isCI || python != nil
    static let hasKcat = isCI || (try? Command.run("kcat", ["-V"]))?.code == 0

    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Clients").path

    private func run(_ script: String, _ port: UInt16, _ step: String) throws {
        let outcome = try Command.run(
            Self.python ?? "python3", [Self.scripts + "/" + script, "127.0.0.1:\(port)", step])
        #expect(outcome.code == 0, "\(script) \(step): \(outcome.output)")
    }

    @Test(
        "confluent-kafka", .enabled(if: hasPython, "SLUICE_CLIENTS_PYTHON is not set"),
        arguments: ["codecs", "idempotence", "acks", "group", "times", "administration"])
    func confluent(step: String) throws {
        let broker = try RunningBroker()
        try run("confluent_client.py", broker.port, step)
        #expect(broker.messages.all.filter { !$0.contains("group") } == [])
    }

    @Test(
        "kafka-python", .enabled(if: hasPython, "SLUICE_CLIENTS_PYTHON is not set"),
        arguments: ["codecs", "idempotence", "acks", "group", "administration"])
    func kafkaPython(step: String) throws {
        let broker = try RunningBroker()
        try run("kafka_python_client.py", broker.port, step)
        #expect(broker.messages.all.filter { !$0.contains("group") } == [])
    }

    @Test(
        "a consumer goes on where its group was when the broker was restarted, or killed",
        .enabled(if: hasPython, "SLUICE_CLIENTS_PYTHON is not set"), arguments: [false, true])
    func restart(killed: Bool) throws {
        let directory = RunningBroker.makeDirectory()
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let first = try BrokerProcess(in: directory)
        try run("confluent_client.py", first.port, "before_restart")
        if killed { first.kill() } else { #expect(first.terminate() == 0) }
        let second = try BrokerProcess(in: directory)
        try run("confluent_client.py", second.port, "after_restart")
    }

    @Test("kcat lists, produces and consumes, alone and in a group", .enabled(if: hasKcat, "kcat is not installed"))
    func kcat() throws {
        let broker = try RunningBroker()
        let server = "127.0.0.1:\(broker.port)"
        let file = broker.directory + "/lines"
        let lines = (0..<1000).map { "line \($0)" }.joined(separator: "\n") + "\n"
        try TextFile.replace(file, with: lines)
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
            let sent = try Command.run("kcat", ["-b", server, "-P", "-t", codec, "-z", codec, "-l", file])
            #expect(sent.code == 0, "\(sent.output)")
            let read = try Command.run("kcat", ["-q", "-b", server, "-C", "-t", codec, "-e"])
            #expect(read.output == lines)
        }
        let list = try Command.run("kcat", ["-b", server, "-L"])
        #expect(list.output.contains("topic \"zstd\" with 1 partitions"))
        let group = try Command.run(
            "kcat", ["-q", "-b", server, "-G", "g", "none", "-c", "1000", "-X", "auto.offset.reset=earliest"])
        #expect(group.output == lines)
    }
}
