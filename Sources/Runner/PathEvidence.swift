internal import Broker
internal import CommitLog
internal import LoadGenerator
internal import Measurement

/// Holds a leg's counters against the paths that it claims to have taken.
struct PathEvidence {
    private let append: AppendPathCatalog.Entry
    /// Nil on target `log`, which reads without a socket.
    private let fetch: FetchPathCatalog.Entry?
    private let isRecompressed: Bool

    /// - Parameter isRecompressed: Whether the broker stores other bytes than it was sent, so that they cannot be compared.
    init(append: String, fetch: String? = nil, isRecompressed: Bool = false) {
        guard let append = AppendPathCatalog.entry(named: append) else {
            preconditionFailure("a plan names an append path that the catalog does not have")
        }
        self.append = append
        self.isRecompressed = isRecompressed
        self.fetch = fetch.flatMap { FetchPathCatalog.entry(named: $0) }
    }

    /// Why the counters cannot be those of the paths; nil when they can.
    ///
    /// More copies than a path makes are no contradiction, since retention, consumers and requests have copies too; fetching
    /// is judged only where nothing was appended meanwhile.
    func contradiction(in outcome: LoadOutcome) -> String? {
        let isShared = outcome.produce != nil && outcome.produce?.usage == outcome.consume?.usage
        if let window = outcome.produce, !isRecompressed, let reason = contradiction(toAppendOf: Traffic(window)) {
            return "append path '\(append.name)' contradicted: \(reason)"
        }
        if let fetch, let window = outcome.consume, !isShared, let reason = contradiction(toFetchOf: Traffic(window)) {
            return "fetch path '\(fetch.name)' contradicted: \(reason)"
        }
        return nil
    }

    /// - Parameter traffic: Of a window in which bytes were appended.
    func contradiction(toAppendOf traffic: Traffic) -> String? {
        // A broker also copies each byte out of its socket.
        let expected = traffic.storedBytes * UInt64(append.copiesPerByte + (traffic.isThroughBroker ? 1 : 0))
        guard traffic.copiedBytes < expected else { return nil }
        return "\(traffic.copiedBytes) bytes were copied, at least \(expected) must have been"
    }

    /// - Parameter traffic: Of a window in which bytes were only fetched.
    func contradiction(toFetchOf traffic: Traffic) -> String? {
        guard let fetch else { return nil }
        let (stored, moved) = (traffic.storedBytes, traffic.movedBytes)
        if fetch.moves, moved < stored { return "\(moved) bytes were moved in the kernel, of \(stored) delivered" }
        if !fetch.moves, moved > 0 { return "\(moved) bytes were moved in the kernel, where none should have been" }
        let expected = stored * UInt64(fetch.copiesPerByte)
        guard traffic.copiedBytes < expected else { return nil }
        return "\(traffic.copiedBytes) bytes were copied, at least \(expected) must have been"
    }
}

extension PathEvidence {
    /// What the process that has the log did with the bytes of a window.
    struct Traffic: Equatable {
        /// The batches' bytes that went in or out.
        var storedBytes: UInt64
        var copiedBytes: UInt64
        var movedBytes: UInt64
        var isThroughBroker: Bool
    }
}

extension PathEvidence.Traffic {
    init(_ window: LoadOutcome.Window) {
        let owners = window.brokers.isEmpty ? [UsageRecord(window.usage)] : window.brokers
        self.init(
            storedBytes: UInt64(window.storedBytes), copiedBytes: owners.reduce(0) { $0 + $1.copiedBytes },
            movedBytes: owners.reduce(0) { $0 + $1.movedBytes }, isThroughBroker: !window.brokers.isEmpty)
    }
}
