internal import Broker
internal import CommitLog
internal import Experiments
internal import LinuxKernel
internal import LoadGenerator
internal import Measurement

/// Holds a leg's counters against the paths that it claims to have taken.
struct PathEvidence {
    private let append: AppendPathCatalog.Entry
    /// Nil on target `log`, which reads without a socket.
    private let fetch: FetchPathCatalog.Entry?
    /// Who keeps what is read, which decides where a fetch path that can do without the page cache
    /// takes its bytes from.
    private let cache: ReadCacheKind
    private let isRecompressed: Bool

    /// - Parameter isRecompressed: Whether the broker stores other bytes than it was sent, so that they
    ///   cannot be compared.
    init(
        append: String, fetch: String? = nil, cache: ReadCacheKind = .pageCache, isRecompressed: Bool = false
    ) {
        guard let append = AppendPathCatalog.entry(named: append) else {
            preconditionFailure("a plan names an append path that the catalog does not have")
        }
        self.append = append
        self.isRecompressed = isRecompressed
        self.cache = cache
        self.fetch = fetch.flatMap { FetchPathCatalog.entry(named: $0) }
    }

    /// Why the counters cannot be those of the paths; nil when they can.
    ///
    /// Fetching is judged only where nothing was appended meanwhile; appending also beside retention and consumers,
    /// which have copies too, so that there more copies, or other ways, than the path's are no contradiction.
    func contradiction(in outcome: LoadOutcome) -> String? {
        let isShared = outcome.produce != nil && outcome.produce?.usage == outcome.consume?.usage
        let isAlone = !isShared && outcome.retention.runs == 0
        if let window = outcome.produce, !isRecompressed,
            let reason = contradiction(toAppendOf: Traffic(window), isAlone: isAlone)
        {
            return "append path '\(append.name)' contradicted: \(reason)"
        }
        if let fetch, let window = outcome.consume, !isShared, let reason = contradiction(toFetchOf: Traffic(window)) {
            return "fetch path '\(fetch.name)' contradicted: \(reason)"
        }
        return nil
    }

    // MARK: Appending

    /// The kinds of call by which bytes get into a file.
    private static let waysIn: [CallKind] = [
        .write, .pwrite, .pwritev, .pwriteDirect, .uringWrite, .uringWriteDirect, .mappedStore, .splice,
    ]

    /// - Parameters:
    ///   - traffic: Of a window in which bytes were appended.
    ///   - isAlone: Whether nothing else in the window read or copied them.
    func contradiction(toAppendOf traffic: Traffic, isAlone: Bool = true) -> String? {
        let counters = traffic.counters
        let stored = traffic.storedBytes
        let carriers = append.traits.carriers
        // Index entries, and what a few calls for other things bring.
        let overhead = stored / 4 + (1 << 20)
        for kind in carriers where counters.bytes(kind) < stored {
            // What a broker receives into mapped pages needs no store.
            if kind == .mappedStore, traffic.isThroughBroker { continue }
            // The beginnings of batches are received and written, and all of those that came before the
            // first large one.
            if kind == .splice, counters.bytes(kind) + overhead / 2 >= stored { continue }
            return "\(kind.columnName) carried \(counters.bytes(kind)) bytes, of \(stored) stored"
        }
        let copied = counters.bytes(.copied)
        // Without a broker the copy out of its socket is missing.
        let copies =
            traffic.isThroughBroker ? append.traits.copiesPerByte : carriers.count { $0.movement == .copied }
        let expected = stored * UInt64(copies)
        if copied < expected { return "\(copied) bytes were copied, at least \(expected) must have been" }
        guard isAlone else { return nil }
        for kind in Self.waysIn where !carriers.contains(kind) && counters.bytes(kind) > overhead {
            return "\(kind.columnName) carried \(counters.bytes(kind)) bytes of \(stored), "
                + (carriers.isEmpty
                    ? "of which none was to be written"
                    : "which were to go by \(carriers.map(\.columnName).joined(separator: ", "))")
        }
        if copied > expected + overhead {
            return "\(copied) bytes were copied, more than the \(expected) that the path copies"
        }
        return nil
    }

    // MARK: Fetching

    /// The kinds of call by which bytes leave for a socket.
    private static let waysOut: [CallKind] = [
        .write, .send, .sendmsg, .sendfile, .splice, .sendZerocopy, .uringSend, .uringSplice, .uringSendZerocopy,
    ]
    /// What a fetch may take beside its records: the request, the response's head, and the look at batches' headers.
    private static let overheadBytes: UInt64 = 16 << 10

    /// - Parameter traffic: Of a window in which bytes were only fetched.
    func contradiction(toFetchOf traffic: Traffic) -> String? {
        guard let fetch else { return nil }
        let counters = traffic.counters
        let stored = traffic.storedBytes
        // What consumers received is more than what they could use: the last batch of a response may be cut off.
        let received = max(stored, traffic.receivedBytes)
        let overhead = traffic.fetches * Self.overheadBytes + received / 4
        let (carriers, copiesPerByte) = expected(of: fetch.traits)
        for kind in carriers where counters.bytes(kind) < stored {
            return "\(kind.columnName) carried \(counters.bytes(kind)) bytes, of \(stored) delivered"
        }
        for kind in Self.waysOut where !carriers.contains(kind) && counters.bytes(kind) > overhead {
            return "\(kind.columnName) carried \(counters.bytes(kind)) bytes of \(received), "
                + "which are to go by \(carriers.map(\.columnName).joined(separator: ", "))"
        }
        // What is copied to warm the page cache, or by the kernel behind a send that it was to leave alone, is
        // reported but not the path's doing.
        let others = counters.bytes(.warmingRead) + counters.bytes(.zerocopyCopied)
        let copied = counters.bytes(.copied) - others
        let expected = UInt64(copiesPerByte)
        if copied < stored * expected {
            return "\(copied) bytes were copied, at least \(stored * expected) must have been"
        }
        if copied > received * expected + overhead {
            return "\(copied) bytes were copied, more than the \(received * expected) that the path copies"
        }
        return nil
    }

    /// By which calls each byte goes, and how often the CPU copies it.
    private func expected(of traits: PathTraits) -> (carriers: [CallKind], copiesPerByte: Int) {
        switch cache {
        case .pageCache: (traits.carriers, traits.copiesPerByte)
        // Read by the device into the memory that it is sent from.
        case .none: ([.preadDirect, .send], 1)
        case .application: ([.send], 1)
        }
    }
}

extension PathEvidence {
    /// What the processes that have the log did with the bytes of a window.
    struct Traffic: Equatable {
        /// The batches' bytes that went in or out.
        var storedBytes: UInt64
        /// What the load process received from brokers, all answers whole.
        var receivedBytes: UInt64 = 0
        /// Answers, of whichever requests the window is about.
        var fetches: UInt64 = 0
        var counters: CallCounters
        var isThroughBroker: Bool
    }
}

extension PathEvidence.Traffic {
    init(_ window: LoadOutcome.Window) {
        let owners = window.brokers.isEmpty ? [UsageRecord(window.usage)] : window.brokers
        self.init(
            storedBytes: UInt64(window.storedBytes),
            receivedBytes: window.brokers.isEmpty ? 0 : window.usage.calls?.bytes(.recv) ?? 0,
            fetches: UInt64(window.latencies.count),
            counters: owners.reduce(CallCounters()) { $0 + $1.counters }, isThroughBroker: !window.brokers.isEmpty)
    }
}
