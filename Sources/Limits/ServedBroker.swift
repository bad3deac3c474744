internal import Broker
internal import CommitLog
internal import LinuxKernel
internal import Logging
internal import Synchronization

/// A broker of this process with one reactor, that serves until it is stopped or forgotten.
final class ServedBroker {
    private let server: BrokerServer
    private let thread: KernelThread
    private let failure: Failure
    private var isStopped = false

    private final class Failure: Sendable {
        let error = Mutex<BrokerError?>(nil)
    }

    /// - Parameters:
    ///   - directory: Is made.
    ///   - partitions: Of each topic.
    ///   - appendPath: From the catalog, as is the other.
    ///   - allocatesAhead: Whether blocks are allocated before they are written, as by default.
    ///   - place: Where it listens and which node of which cluster it is; nil where it is the only one.
    init(
        directory: String, partitions: Int = 1, appendPath: String = "buffered", fetchPath: String = "sendfile",
        allocatesAhead: Bool = true, place: ServedCluster.Place? = nil
    ) throws {
        try Directory.create(directory)
        var configuration = BrokerConfiguration()
        configuration.port = 0
        configuration.appendPath = appendPath
        configuration.fetchPath = fetchPath
        configuration.logDirectories = [directory]
        configuration.defaultPartitions = partitions
        if let place {
            configuration.nodes = place.nodes
            configuration.nodeId = place.id
        }
        if !allocatesAhead { configuration.topicDefaults.log.allocateAheadBytes = 0 }
        var logger = Logger(label: "broker") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let server = try BrokerServer(configuration, port: place?.port, logger: logger)
        let failure = Failure()
        self.server = server
        self.failure = failure
        thread = try Processors.asServer {
            try KernelThread(name: "broker") {
                do throws(BrokerError) {
                    try server.run()
                } catch {
                    failure.error.withLock { $0 = error }
                }
            }
        }
    }

    deinit { end() }

    var port: UInt16 { server.address.port }

    /// Closes the log.
    func stop() throws(BrokerError) {
        end()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }

    private func end() {
        guard !isStopped else { return }
        isStopped = true
        server.stop()
        thread.join()
    }
}
