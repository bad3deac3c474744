internal import Experiments
internal import Foundation
internal import LinuxKernel
internal import LoadGenerator
internal import Measurement
internal import Results
internal import Synchronization

/// The broker processes of a leg: fresh ones, started, asked and stopped by the load process.
final class BrokerFleet: BrokerAccounts {
    /// Where a broker takes connections.
    struct Address {
        var host: String
        var port: UInt16
    }

    private static let answerTimeout: Int64 = 60_000_000_000
    private static let stopTimeout: Int64 = 30_000_000_000

    private let processes: [ChildProcess]
    private let isStopping = Switch()
    private(set) var addresses: [Address] = []
    /// The log directories of all brokers.
    let directories: [String]

    /// Starts the brokers that a cell's settings ask for and waits until each says that it is ready.
    ///
    /// - Parameter largestBatchBytes: What they have to take.
    init(_ settings: Settings, dataDirectory: String, largestBatchBytes: Int) throws {
        directories = (1...settings[.logDirs]).map { "\(dataDirectory)/log-dir-\($0)" }
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let arguments =
            [
                "broker", "--control", "--parent", "\(ProcessHandle.currentIdentifier)", "--log-level", "error",
                "--listen", "127.0.0.1:0", "--log-dirs", directories.joined(separator: ","),
                "--append-path", settings[.appendPath], "--fetch-path", settings[.fetchPath],
            ] + Self.assignments(settings, largestBatchBytes).flatMap { ["--set", $0] }
        let broker = try ChildProcess(program, arguments)
        processes = [broker]
        guard case .ready(let host, let port) = try Self.reply(of: broker) else {
            throw LoadError.unreadable("the broker did not say where it listens")
        }
        addresses = [Address(host: host, port: port)]
        try Self.watch(broker, unless: isStopping)
    }

    /// What a broker is told beside its flags.
    private static func assignments(_ settings: Settings, _ largestBatchBytes: Int) -> [String] {
        let kafkasDefault = 100 << 20
        return [
            // Retention runs when a segment is there to drop, not once in five minutes.
            "log.retention.check.interval.ms=100",
            "broker.reactors=\(settings[.reactors])",
            "message.max.bytes=\(largestBatchBytes)",
            "socket.request.max.bytes=\(max(kafkasDefault, 2 * largestBatchBytes))",
        ]
    }

    func begin() throws {
        for process in processes {
            try process.send(BrokerControl.Order.begin.rawValue)
            guard case .begun = try Self.reply(of: process) else {
                throw LoadError.unreadable("the broker did not begin its accounts")
            }
        }
    }

    func end() throws -> [UsageRecord] {
        try processes.map { process in
            try process.send(BrokerControl.Order.end.rawValue)
            guard case .used(let usage) = try Self.reply(of: process) else {
                throw LoadError.unreadable("the broker did not say what it used")
            }
            return usage
        }
    }

    /// Ends the leg, and with it this process, as soon as a broker ends that was not told to: clients would wait long for
    /// its return.
    private static func watch(_ broker: ChildProcess, unless isStopping: Switch) throws {
        _ = try KernelThread(name: "broker watch") {
            var reason = "the broker ended in the middle of the leg"
            do throws(SystemError) {
                try broker.waitUntilEnded()
                // Told to stop, it is waited for there; it may even be reaped already.
                if isStopping.isOn { return }
                reason += " with \(try broker.wait(timeoutNanoseconds: stopTimeout))"
            } catch {
                if isStopping.isOn { return }
                reason += ": \(error)"
            }
            if let line = try? LegResult(status: .failed, reason: reason).line() { print(line) }
            exit(0)
        }
    }

    /// Stops the brokers in good order; a broker that ends otherwise has failed its leg.
    func stop() throws {
        isStopping.turnOn()
        for process in processes { process.closeInput() }
        for process in processes {
            let code = try process.wait(timeoutNanoseconds: Self.stopTimeout)
            guard code == 0 else { throw LoadError.unreadable("the broker ended with \(code)") }
        }
    }

    private static func reply(of process: ChildProcess) throws -> BrokerControl.Reply {
        guard let line = try process.readLine(timeoutNanoseconds: answerTimeout) else {
            let code = try process.wait(timeoutNanoseconds: stopTimeout)
            throw LoadError.unreadable("the broker ended with \(code) before it answered")
        }
        let reply = try JSONDecoder().decode(BrokerControl.Reply.self, from: Data(line.utf8))
        if case .failed(let reason) = reply { throw LoadError.unreadable("the broker: \(reason)") }
        return reply
    }
}

/// Something that one thread turns on and another looks at.
private final class Switch: Sendable {
    private let state = Atomic(false)

    var isOn: Bool { state.load(ordering: .acquiring) }

    func turnOn() { state.store(true, ordering: .releasing) }
}
