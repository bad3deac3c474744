internal import CommitLog
internal import LinuxKernel
internal import Synchronization

/// Whether a log directory can still be used.
///
/// One whose device is broken, or whose file system has become read-only, is given up until the next start, as Kafka
/// does: after an error of that kind nobody knows what of it can still be trusted. Its partitions answer with
/// KAFKA_STORAGE_ERROR, and the other directories go on. A full disk is not broken, other than in Kafka: each batch is
/// refused that it has no room for, what it holds is read on, and appends go on when retention or a deletion has made
/// room. Safe for use by several threads.
final class DirectoryHealth: Sendable {
    private struct State {
        var cause: SystemError?
        var listener: (@Sendable (SystemError) -> Void)?
    }

    /// I/O error, no such device (or address), read-only file system, damaged file system, of which xfs
    /// also says EBADMSG.
    private static let breaking: Set = ["EIO", "ENXIO", "ENODEV", "EROFS", "EUCLEAN", "EBADMSG"]

    let path: String
    private let state = Mutex(State())
    /// The fast check: read for each partition of a request.
    private let broken = Atomic<Bool>(false)

    init(of path: String) { self.path = path }

    var isBroken: Bool { broken.load(ordering: .acquiring) }

    /// What broke it; nil when it can be used.
    var cause: SystemError? { isBroken ? state.withLock { $0.cause } : nil }

    /// Calls the listener, once, on the thread that finds out that the directory is broken.
    func whenBroken(_ listener: @escaping @Sendable (SystemError) -> Void) {
        state.withLock { $0.listener = listener }
    }

    /// Gives the directory up if the error of one of its logs says that its device is broken.
    func judge(_ error: LogError) {
        let cause: SystemError
        switch error {
        case .system(let found), .offline(_, let found): cause = found
        default: return
        }
        guard Self.breaking.contains(cause.name) else { return }
        let listener = state.withLock { state -> (@Sendable (SystemError) -> Void)? in
            guard state.cause == nil else { return nil }
            state.cause = cause
            return state.listener
        }
        broken.store(true, ordering: .releasing)
        listener?(cause)
    }
}
