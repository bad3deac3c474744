internal import LinuxKernel
internal import Synchronization

/// From where on the logs of a directory have to be checked after a crash: what lies below is durable.
///
/// The file has Kafka's name and format, see `OffsetCheckpoint`. Each offset is where a segment begins, and then those
/// before are durable as a whole, with their ends and their indexes; or that of a batch inside of one, of which the
/// batches before are durable. It is written from time to time and so says less than is true, never more: before a log
/// is appended to whose entry is above what is durable, as that of a partition that was removed and made again, the
/// file is written anew. Safe for use by several threads.
final class RecoveryCheckpoint: Sendable {
    static let fileName = "recovery-point-offset-checkpoint"

    private struct State {
        /// The logs that are open.
        var ledgers: [TopicPartition: FlushLedger] = [:]
        /// What the file says.
        var written: [TopicPartition: Int64] = [:]
        /// Those whose entries are to go.
        var removed: Set<TopicPartition> = []
    }

    /// Why a file that is there says nothing; nil where it does.
    let objection: String?
    /// Whether there was a file.
    let wasFound: Bool
    private let path: String
    private let state: Mutex<State>
    private let report: @Sendable (String) -> Void

    /// - Parameter report: Told, on any thread, when the file cannot be written.
    init(in directory: String, report: @escaping @Sendable (String) -> Void) throws(SystemError) {
        path = directory + "/" + Self.fileName
        self.report = report
        wasFound = try Directory.exists(path)
        var state = State()
        if wasFound {
            let text = try TextFile.read(path)
            do throws(OffsetCheckpoint.Damage) {
                state.written = try OffsetCheckpoint.parse(text)
                objection = nil
            } catch {
                objection = error.reason
            }
        } else {
            objection = nil
        }
        self.state = Mutex(state)
    }

    /// From where on the partition has to be checked; nil where nothing is known.
    func point(of name: TopicPartition) -> Int64? { state.withLock { $0.written[name] } }

    /// A log was opened, and is appended to from now on.
    func add(_ ledger: FlushLedger, for name: TopicPartition) throws(SystemError) {
        try state.withLock { (state) throws(SystemError) in
            state.ledgers[name] = ledger
            state.removed.remove(name)
            if let written = state.written[name], written > ledger.recoveryPoint { try write(&state) }
        }
    }

    /// A partition was removed.
    func remove(_ name: TopicPartition) {
        state.withLock { state in
            state.ledgers[name] = nil
            state.removed.insert(name)
        }
    }

    /// Makes closed segments durable, and then says so. What fails is reported, and the file stays as it was.
    func advance() {
        for ledger in state.withLock({ Array($0.ledgers.values) }) {
            // A failure is kept by the ledger; who appends next meets it there.
            try? ledger.settleClosed()
        }
        do throws(SystemError) {
            try write()
        } catch {
            report("\(path) cannot be written, so a start after a crash may read more than it has to: \(error)")
        }
    }

    /// Writes the file where it would say something new.
    func write() throws(SystemError) {
        try state.withLock { (state) throws(SystemError) in try write(&state) }
    }

    private func write(_ state: inout sending State) throws(SystemError) {
        var points = state.written.filter { !state.removed.contains($0.key) }
        for (name, ledger) in state.ledgers {
            let point = ledger.recoveryPoint
            points[name] = point > 0 ? point : nil
        }
        guard points != state.written else { return }
        try TextFile.replace(path, with: OffsetCheckpoint.text(of: points))
        state.written = points
        state.removed = []
    }
}
