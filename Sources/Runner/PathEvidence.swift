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
        if let window = outcome.produce, !isRecompressed, let reason = contradiction(toAppendIn: window) {
            return "append path '\(append.name)' contradicted: \(reason)"
        }
        if let fetch, let window = outcome.consume, !isShared, let reason = contradiction(to: fetch, in: window) {
            return "fetch path '\(fetch.name)' contradicted: \(reason)"
        }
        return nil
    }

    private func contradiction(toAppendIn window: LoadOutcome.Window) -> String? {
        let copied = bytes(\.copiedBytes, in: window)
        // A broker also copies each byte out of its socket.
        let expected = UInt64(window.storedBytes) * UInt64(append.copiesPerByte + (window.brokers.isEmpty ? 0 : 1))
        if copied < expected { return "\(copied) bytes were copied, at least \(expected) must have been" }
        return nil
    }

    private func contradiction(to fetch: FetchPathCatalog.Entry, in window: LoadOutcome.Window) -> String? {
        let stored = UInt64(window.storedBytes)
        let moved = bytes(\.movedBytes, in: window)
        let copied = bytes(\.copiedBytes, in: window)
        if fetch.moves, moved < stored { return "\(moved) bytes were moved in the kernel, of \(stored) delivered" }
        if !fetch.moves, moved > 0 { return "\(moved) bytes were moved in the kernel, where none should have been" }
        let expected = stored * UInt64(fetch.copiesPerByte)
        return copied < expected ? "\(copied) bytes were copied, at least \(expected) must have been" : nil
    }

    /// Of the process that has the log.
    private func bytes(_ property: KeyPath<UsageRecord, UInt64>, in window: LoadOutcome.Window) -> UInt64 {
        guard !window.brokers.isEmpty else { return UsageRecord(window.usage)[keyPath: property] }
        return window.brokers.reduce(0) { $0 + $1[keyPath: property] }
    }
}
