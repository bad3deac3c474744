internal import LinuxKernel

/// Reads what was in the logs when it was made, beside whatever else goes on.
final class CatchUp {
    private let readers: PartitionReaders
    private var tally = Tally()
    private var began: Int64 = 0
    private var ended: Int64?

    init(_ readers: PartitionReaders) {
        self.readers = readers
    }

    func start() {
        began = MonotonicClock.now()
        readers.start()
    }

    /// Takes what has come.
    func take() throws {
        guard ended == nil else { return }
        try readers.take { try tally.add($0) }
        if readers.isDone { ended = MonotonicClock.now() }
    }

    var isDone: Bool { ended != nil }

    /// Nil before it is done.
    var result: LoadOutcome.CatchUp? {
        ended.map { LoadOutcome.CatchUp(payloadBytes: tally.payloadBytes, elapsedNanoseconds: $0 - began) }
    }
}
