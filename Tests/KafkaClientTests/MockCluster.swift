import Foundation
import LinuxKernel

/// A cluster of librdkafka's own making, in a kcat process: three nodes of another implementation of the protocol.
///
/// It prints where it listens among the messages that `-d mock` asks for.
final class MockCluster {
    private let process = Process()
    private let messages = NSTemporaryDirectory() + "sluice-mock-" + UUID().uuidString
    private(set) var bootstrap: [(host: String, port: UInt16)] = []

    /// Where kcat is; nil if it is not installed.
    static let program: String? = ["/usr/bin/kcat", "/usr/local/bin/kcat"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Without kcat the tests are skipped, but not where they must run.
    static let isTested = program != nil || ProcessInfo.processInfo.environment["CI"] == "true"

    struct StartError: Error {
        let reason: String
    }

    init(nodes: Int) throws {
        guard let program = Self.program else { throw StartError(reason: "kcat is not installed") }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "-C", "-b", "mock", "-t", "seed", "-X", "test.mock.num.brokers=\(nodes)", "-d", "mock",
            "-X", "allow.auto.create.topics=true",
        ]
        // A file, not a pipe: nobody has to read it for kcat to go on.
        guard FileManager.default.createFile(atPath: messages, contents: nil),
            let output = FileHandle(forWritingAtPath: messages)
        else { throw StartError(reason: "\(messages) cannot be written") }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = output
        try process.run()
        try output.close()
        while bootstrap.isEmpty {
            let text = try String(contentsOfFile: messages, encoding: .utf8)
            for line in text.split(separator: "\n").dropLast() where line.contains("bootstrap.servers=") {
                bootstrap = Self.addresses(in: line)
            }
            guard process.isRunning else { throw StartError(reason: "kcat ended: \(text)") }
            if bootstrap.isEmpty { MonotonicClock.sleep(nanoseconds: 5_000_000) }
        }
    }

    /// Makes a topic: the mock does so for a client whose request for metadata allows it, which ours never does.
    func makeTopic(_ name: String) throws {
        guard let program = Self.program, let first = bootstrap.first else { return }
        let outcome = try Command.run(program, ["-L", "-b", "\(first.host):\(first.port)", "-t", name])
        guard outcome.code == 0 else { throw StartError(reason: "kcat -L -t \(name): \(outcome.output)") }
    }

    private static func addresses(in line: Substring) -> [(host: String, port: UInt16)] {
        guard let list = line.split(separator: "=").last else { return [] }
        return list.split(separator: ",").compactMap { address in
            let parts = address.split(separator: ":")
            guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
            return (String(parts[0]), port)
        }
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: messages)
    }
}
