internal import ArgumentParser
internal import Broker
internal import Foundation
internal import LinuxKernel
internal import Logging
internal import Runner

struct BrokerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Serve Kafka's protocol: a broker that any Kafka client can use.",
        discussion: """
            Prints one line on standard output when it is ready. SIGTERM and Ctrl-C stop it in good order; a second \
            one stops it at once.

            Example:
              sluice broker --log-dirs /tmp/sluice-data
              kcat -b 127.0.0.1:9092 -L

            Several nodes share a file that names all of them, and each listens where it says:
              printf '1@127.0.0.1:9092\\n2@127.0.0.1:9093\\n' > cluster
              sluice broker --node-id 1 --cluster cluster --log-dirs /tmp/sluice-1
              sluice broker --node-id 2 --cluster cluster --log-dirs /tmp/sluice-2
            """)

    @Option(
        help: ArgumentHelp(
            "Where it takes connections; port 0 lets the kernel choose one. Clients are sent there too, unless "
                + "`--set advertised.listeners=host:port` says otherwise, which 0.0.0.0 needs.",
            valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("The directories that hold the partitions, separated by commas.", valueName: "dir,dir"))
    var logDirs: String?

    @Option(help: ArgumentHelp("This node's number in the cluster.", valueName: "n"))
    var nodeId: Int32?

    @Option(
        help: ArgumentHelp(
            "The cluster's nodes, this one included: a line `id@host:port` each, `#` for comments. The same file for "
                + "all.",
            valueName: "file"))
    var cluster: String?

    @Option(
        help: ArgumentHelp("How produced bytes reach the segment; see `sluice list --strategies`.", valueName: "name"))
    var appendPath: String?

    @Option(
        help: ArgumentHelp("How fetched bytes reach the socket; see `sluice list --strategies`.", valueName: "name"))
    var fetchPath: String?

    @Option(help: ArgumentHelp("Kafka's server.properties; options override it.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set one configuration key. May be repeated.", valueName: "key=value"))
    var assignments: [String] = []

    @Option(
        help: ArgumentHelp("What is logged on standard error: trace to critical.", valueName: "level"),
        transform: Self.level)
    var logLevel = Logger.Level.notice

    /// Takes orders on standard input; the load process of a leg uses it.
    @Flag(help: .hidden)
    var control = false

    /// Has the kernel count system calls for the accounts of a leg.
    @Flag(help: .hidden)
    var traceCalls = false

    @Option(help: .hidden)
    var parent: Int32?

    /// A fault on purpose, to see whether a comparison finds it: `cpu=0.05`, `call` or `copy`.
    @Option(help: .hidden, transform: Self.handicap)
    var handicap: Handicap?

    func run() throws {
        try Measuring.checkDescriptors(least: 32)
        // Before any other thread exists, so that all inherit it.
        try StopSignals.block()
        let counters = KernelCounters.start(control, tracesCalls: traceCalls)
        if let parent { try ProcessFate.endWithParent(parent) }
        LoggingSystem.bootstrap { name in StreamLogHandler.standardError(label: name) }
        var logger = Logger(label: "sluice.broker")
        logger.logLevel = logLevel
        guard let server = try makeServer(logger) else { return }
        _ = try KernelThread(name: "signals") { Self.obeySignals(server) }
        if control {
            _ = try KernelThread(name: "control") { BrokerControl.serve(server, counters: counters) }
            try server.run()
        } else {
            // Straight to the descriptor: a script that waits for this line must not wait for a buffer to fill.
            try FileHandle.standardOutput.write(contentsOf: Data("sluice broker ready: \(server.address)\n".utf8))
            try server.run()
        }
    }

    /// A configuration that cannot be is a usage error; everything else that keeps a broker from starting is a failure.
    ///
    /// - Returns: nil when the leg that wanted the broker has ended.
    private func makeServer(_ logger: Logger) throws -> BrokerServer? {
        do {
            var configuration = try configured()
            guard control else { return try BrokerServer(configuration, logger: logger) }
            let port = try BrokerPort(configuration)
            guard let nodes = BrokerControl.nodes(listeningAt: port) else { return nil }
            do throws(ConfigurationError) {
                try configuration.set("cluster.nodes", to: nodes)
            } catch {
                throw BrokerError.configuration(error)
            }
            return try BrokerServer(configuration, port: port, logger: logger)
        } catch let error as BrokerError {
            guard case .configuration = error else { throw error }
            Terminal.note("sluice: \(error)")
            throw ExitCode.validationFailure
        }
    }

    private func configured() throws(BrokerError) -> BrokerConfiguration {
        var configuration = BrokerConfiguration()
        configuration.handicap = handicap
        do throws(ConfigurationError) {
            if let config {
                try configuration.apply(properties: try Self.text(of: config, for: "--config"), name: config)
            }
            if let listen { try configuration.apply(listen: listen) }
            if let logDirs { try configuration.set("log.dirs", to: logDirs) }
            if let nodeId { configuration.nodeId = nodeId }
            if let cluster {
                try configuration.apply(cluster: try Self.text(of: cluster, for: "--cluster"), name: cluster)
            }
            if let appendPath { try configuration.set("append.path", to: appendPath) }
            if let fetchPath { try configuration.set("fetch.path", to: fetchPath) }
            for assignment in assignments { try configuration.apply(assignment: assignment) }
        } catch {
            throw .configuration(error)
        }
        return configuration
    }

    private static func text(of file: String, for option: String) throws(ConfigurationError) -> String {
        do throws(SystemError) {
            return PropertiesText.decode(try TextFile.bytes(file))
        } catch {
            throw ConfigurationError(option, "\(error)")
        }
    }

    private static func handicap(_ text: String) throws -> Handicap {
        guard let handicap = Handicap(text) else {
            throw ValidationError("'\(text)' is none of cpu=<share>, call, copy, delay=<n>ms, spin=<n>ms")
        }
        return handicap
    }

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(text)' is not one of \(names)")
        }
        return level
    }

    /// The first signal stops the broker in good order, the second at once.
    private static func obeySignals(_ server: BrokerServer) {
        do throws(SystemError) {
            _ = try StopSignals.wait()
            server.stop()
            let second = try StopSignals.wait()
            ProcessFate.end(by: second)
        } catch {
            Terminal.note("sluice: signals are not heeded: \(error)")
        }
    }
}
