internal import Experiments
internal import Foundation
internal import LinuxKernel
internal import LoadGenerator
internal import Measurement
internal import Results
internal import Synchronization

/// The broker processes of a leg, one for each node of its cluster: fresh ones, started, asked and
/// stopped by the load process.
final class BrokerFleet: BrokerAccounts {
    /// Where a broker takes connections.
    struct Address {
        var host: String
        var port: UInt16
    }

    /// One broker process.
    private struct Node {
        let place: NodePlace
        let process: ChildProcess
        /// For messages.
        let name: String
    }

    private static let answerTimeout: Int64 = 60_000_000_000
    private static let stopTimeout: Int64 = 30_000_000_000

    private let nodes: [Node]
    private let hosts: EmulatedHosts
    private let isStopping = Switch()
    /// In the order of the nodes.
    private(set) var addresses: [Address] = []
    /// The log directories of all brokers.
    let directories: [String]

    /// Starts the brokers that a cell's settings ask for and waits until each says that it is ready.
    ///
    /// - Parameters:
    ///   - largestBatchBytes: What they have to take.
    ///   - handicap: A fault that they are given, to see whether it is found.
    init(_ settings: Settings, places: [NodePlace], largestBatchBytes: Int, handicap: String?) throws {
        directories = places.flatMap(\.directories)
        let hosts = try EmulatedHosts(settings)
        self.hosts = hosts
        let assignments =
            Self.assignments(settings, largestBatchBytes) + (handicap.map { ["--handicap", $0] } ?? [])
        nodes = try Self.confined(to: settings[.brokerProcessors]) {
            try places.map { place in
                Node(
                    place: place,
                    process: try hosts.start(place, Self.arguments(settings, place) + assignments),
                    name: places.count == 1 ? "the broker" : "the broker of node \(place.id)")
            }
        }
        addresses = try nodes.map { node in
            guard case .listening(let host, let port) = try Self.reply(of: node) else {
                throw LoadError.unreadable("\(node.name) did not say where it listens")
            }
            return Address(host: host, port: port)
        }
        let cluster = zip(nodes, addresses).map { "\($0.place.id)@\($1.host):\($1.port)" }.joined(separator: ",")
        try ask(.start(nodes: cluster)) { if case .ready = $0 { true } else { nil } }
        let isEnding = Switch()
        for node in nodes { try Self.watch(node, unless: isStopping, orAlready: isEnding) }
    }

    private static func arguments(_ settings: Settings, _ place: NodePlace) -> [String] {
        [
            "broker", "--control", "--parent", "\(ProcessHandle.currentIdentifier)", "--log-level", "error",
            "--node-id", "\(place.id)", "--listen", "\(place.host):0",
            "--log-dirs", place.directories.joined(separator: ","),
            "--append-path", settings[.appendPath], "--fetch-path", settings[.fetchPath],
        ] + (settings[.traceCalls] ? ["--trace-calls"] : [])
    }

    /// Starts processes that may use these processors only: they take over what the thread that starts them may use.
    private static func confined<Value>(to list: ProcessorList?, _ start: () throws -> Value) throws -> Value {
        guard let list else { return try start() }
        let own = try ProcessorSet.allowed()
        // This process may be confined to others, and still start them.
        try ProcessorSet(Set(list.numbers)).confineThisThread()
        let result = Result { try start() }
        try own.confineThisThread()
        return try result.get()
    }

    /// What a broker is told beside its flags.
    private static func assignments(_ settings: Settings, _ largestBatchBytes: Int) -> [String] {
        let kafkasDefault = 100 << 20
        return [
            // Retention runs when a segment is there to drop, not once in five minutes.
            "log.retention.check.interval.ms=100",
            "broker.reactors=\(settings[.reactors])",
            "socket.congestion.control=\(settings[.congestionControl])",
            "fetch.pipe.bytes=\(settings[.pipeBytes].bytes)",
            "cold.reads=\(settings[.coldReads].rawValue)",
            "cache=\(settings[.readCache].rawValue)",
            "cache.bytes=\(settings[.readCacheBytes].bytes)",
            "message.max.bytes=\(largestBatchBytes)",
            "socket.request.max.bytes=\(max(kafkasDefault, 2 * largestBatchBytes))",
        ].flatMap { ["--set", $0] }
    }

    func begin() throws {
        try ask(.begin) { if case .begun = $0 { true } else { nil } }
    }

    func forgetCaches() throws -> Int {
        try ask(.forget) { if case .cached(let byteCount) = $0 { byteCount } else { nil } }.reduce(0, +)
    }

    func cachedByteCount() throws -> Int {
        try ask(.cached) { if case .cached(let byteCount) = $0 { byteCount } else { nil } }.reduce(0, +)
    }

    func end() throws -> [UsageRecord] {
        try ask(.end) { if case .used(let usage) = $0 { usage } else { nil } }
    }

    /// Asks all brokers at once, so that none works while another one is waited for.
    ///
    /// - Parameter answer: What a reply says; nil when it is none to this order.
    /// - Returns: The answers in the order of the nodes.
    @discardableResult
    private func ask<Answer>(
        _ order: BrokerControl.Order, _ answer: (BrokerControl.Reply) -> Answer?
    ) throws -> [Answer] {
        for node in nodes { try node.process.send(order.line) }
        return try nodes.map { node in
            guard let answer = answer(try Self.reply(of: node)) else {
                throw LoadError.unreadable("\(node.name) did not answer '\(order.line)'")
            }
            return answer
        }
    }

    /// Ends the leg, and with it this process, as soon as a broker ends that was not told to: clients
    /// would wait long for its return.
    private static func watch(_ node: Node, unless isStopping: Switch, orAlready isEnding: Switch) throws {
        _ = try KernelThread(name: "broker watch") {
            var reason = "\(node.name) ended in the middle of the leg"
            do throws(SystemError) {
                try node.process.waitUntilEnded()
                // Told to stop, it is waited for there; it may even be reaped already.
                if isStopping.isOn { return }
                reason += " with \(try node.process.wait(timeoutNanoseconds: stopTimeout))"
            } catch {
                if isStopping.isOn { return }
                reason += ": \(error)"
            }
            guard isEnding.turnOn() else { return }
            if let line = try? LegResult(status: .failed, reason: reason).line() { print(line) }
            exit(0)
        }
    }

    /// Stops the brokers in good order; a broker that ends otherwise has failed its leg.
    func stop() throws {
        isStopping.turnOn()
        for node in nodes { node.process.closeInput() }
        for node in nodes {
            let code = try node.process.wait(timeoutNanoseconds: Self.stopTimeout)
            guard code == 0 else { throw LoadError.unreadable("\(node.name) ended with \(code)") }
        }
        try hosts.remove()
    }

    private static func reply(of node: Node) throws -> BrokerControl.Reply {
        guard let line = try node.process.readLine(timeoutNanoseconds: answerTimeout) else {
            let code = try node.process.wait(timeoutNanoseconds: stopTimeout)
            throw LoadError.unreadable("\(node.name) ended with \(code) before it answered")
        }
        let reply = try JSONDecoder().decode(BrokerControl.Reply.self, from: Data(line.utf8))
        if case .failed(let reason) = reply { throw LoadError.unreadable("\(node.name): \(reason)") }
        return reply
    }
}

/// Something that one thread turns on and another looks at.
private final class Switch: Sendable {
    private let state = Atomic(false)

    var isOn: Bool { state.load(ordering: .acquiring) }

    /// - Returns: Whether it was off before.
    @discardableResult
    func turnOn() -> Bool { !state.exchange(true, ordering: .acquiringAndReleasing) }
}
