internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns SIGINT and SIGTERM into a call, once; a second signal ends the process at once, as signals do.
final class StopRequest: Sendable {
    private let signals = Mutex<Int32?>(nil)
    // Dispatch sources may be used from any thread; the library only does not say so.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init(_ action: @escaping @Sendable () -> Void) {
        let numbers = [SIGINT, SIGTERM]
        unsafe sources = numbers.map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for (number, source) in unsafe zip(numbers, sources) {
            source.setEventHandler { [weak self] in
                self?.signals.withLock { $0 = number }
                signal(number, SIG_DFL)
                action()
            }
            source.activate()
        }
    }

    /// The signal that came, if one did.
    var received: Int32? { signals.withLock { $0 } }

    /// Gives the signals their usual effect back.
    func cancel() {
        for source in unsafe sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
