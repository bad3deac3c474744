import Broker
import CAllocationCounter
import CommitLog
import LinuxKernel
import Logging
import Synchronization

/// A broker in this process, on a port of its own and in a directory of its own, which goes with it.
final class RunningBroker: Sendable {
    let directory: String
    let port: UInt16
    private let server: BrokerServer
    private let thread: KernelThread
    private let failure: Mutex<String?>
    private let isStopped = Atomic<Bool>(false)
    let messages: LogCollector
    private let keepsDirectory: Bool

    /// - Parameters:
    ///   - settings: `key=value`, as `--set` takes them.
    ///   - directory: Of an earlier broker, to go on with; nil makes a new one.
    ///   - port: Where it listens, if that was opened before.
    init(
        _ settings: [String] = [], in directory: String? = nil, keepingDirectory: Bool = false,
        port given: BrokerPort? = nil
    ) throws {
        let path = directory ?? Self.makeDirectory()
        self.directory = path
        keepsDirectory = keepingDirectory
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "listeners=127.0.0.1:0")
        try configuration.apply(assignment: "log.dirs=\(path)/logs")
        for setting in settings { try configuration.apply(assignment: setting) }
        let messages = LogCollector()
        self.messages = messages
        let logger = Logger(label: "broker") { _ in CollectingHandler(messages) }
        let server = try BrokerServer(configuration, port: given, logger: logger)
        self.server = server
        port = server.address.port
        let outcome = Outcome()
        self.outcome = outcome
        failure = Mutex(nil)
        thread = try KernelThread(name: "broker") {
            do {
                try server.run()
            } catch {
                outcome.error.withLock { $0 = "\(error)" }
            }
        }
    }

    private final class Outcome: Sendable {
        let error = Mutex<String?>(nil)
    }
    private let outcome: Outcome

    /// Stops it in good order and waits for its end; what `run` threw, if it did.
    @discardableResult
    func stop() -> String? {
        if !isStopped.exchange(true, ordering: .relaxed) {
            server.stop()
            thread.join()
        }
        return outcome.error.withLock { $0 }
    }

    /// See `BrokerServer`.
    var cache: BlockCache? { server.cache }

    func connect() throws -> TestClient { try TestClient(port: port) }

    deinit {
        stop()
        InjectedFaults.disarm(pathPrefix: directory)
        if !keepsDirectory { try? Directory.removeTree(directory) }
    }

    /// The name of a directory that is not there yet. All have the same length, so that a fault for the paths of one is
    /// for no other's.
    static func makeDirectory() -> String {
        "/tmp/sluice-broker-tests-\(UInt64.random(in: 1 << 62...UInt64.max >> 1))"
    }
}

/// What the broker said, and how many allocations the thread that said it had made.
final class LogCollector: Sendable {
    private let lines = Mutex<[(line: String, allocations: UInt64)]>([])

    func append(_ line: String) {
        let allocations = sluice_thread_allocations()
        lines.withLock { $0.append((line, allocations)) }
    }

    var all: [String] { lines.withLock { $0.map(\.line) } }

    var lastAllocations: UInt64 { lines.withLock { $0.last?.allocations ?? 0 } }
}

private struct CollectingHandler: LogHandler {
    let collector: LogCollector
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(_ collector: LogCollector) { self.collector = collector }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        collector.append("\(event.message)")
    }
}
