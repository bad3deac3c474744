package import CommitLog
package import LinuxKernel
package import Logging
internal import Synchronization

/// A broker in this process: listens, serves until it is stopped, and closes its logs.
///
/// ```
/// let server = try BrokerServer(configuration, logger: logger)
/// try server.run()                       // returns after server.stop() from another thread
/// ```
package final class BrokerServer: Sendable {
    private let node: BrokerNode
    private let listener: Listener
    /// Where clients connect, with the port that the kernel chose.
    package let address: SocketAddress

    /// Opens the log directories, recovers their logs, and listens; connections wait until `run`.
    ///
    /// - Parameter port: Where it listens, if that was opened before.
    package init(
        _ configuration: BrokerConfiguration, port: BrokerPort? = nil, logger: Logger
    ) throws(BrokerError) {
        do throws(ConfigurationError) {
            try configuration.check()
        } catch {
            throw .configuration(error)
        }
        let log = EventLog(logger)
        for remark in configuration.allRemarks {
            if remark.isWarning { log.warning(remark.text) } else { log.notice(remark.text) }
        }
        StopSignals.ignoreBrokenPipe()
        if let port { listener = port.listener } else { listener = try BrokerPort(configuration).listener }
        address = listener.address
        node = try BrokerNode(configuration, port: address.port, log: log)
    }

    /// The broker's own cache; nil where there is none.
    package var cache: BlockCache? { node.directReads?.cache }

    /// Serves until `stop`, then closes the logs and marks the stop as clean. Call it once.
    package func run() throws(BrokerError) {
        let failure = Mutex<SystemError?>(nil)
        let node = node
        do throws(SystemError) {
            try node.reactors[0].listen(with: listener)
            try node.coldReader?.start(for: node)
            try node.administration?.start(for: node)
            let housekeeper = try Housekeeper(node)
            var threads: [KernelThread] = []
            for reactor in node.reactors {
                threads.append(
                    try KernelThread(name: "reactor-\(reactor.number)") {
                        do throws(SystemError) {
                            try reactor.run()
                        } catch {
                            // Without its poll a reactor can do nothing more; the others close properly.
                            failure.withLock { $0 = $0 ?? error }
                            for other in node.reactors { other.post(.stop) }
                        }
                    })
            }
            for thread in threads { thread.join() }
            housekeeper.stop()
            node.administration?.stop()
            node.coldReader?.stop()
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
        do throws(LogError) {
            try node.topics.close()
        } catch {
            throw .log(error)
        }
        if let error = failure.withLock({ $0 }) { throw .system(error) }
    }

    /// Why one of the log directories was passed over, which a measurement has to know; nil where none was.
    package var directoryPassedOver: String? { node.store.passedOver }

    /// Ends `run` in good order: takes no more requests, sends the answers that are owed, closes the connections.
    package func stop() {
        for reactor in node.reactors { reactor.post(.stop) }
    }
}
