internal import Dispatch
internal import Foundation
internal import Synchronization

/// Turns the signals that ask a program to stop into a call, once; a second one ends the process at
/// once, as signals do.
final class StopRequest: Sendable {
    private let signals = Mutex<Int32?>(nil)
    // Dispatch sources may be used from any thread; the library only does not say so.
    private nonisolated(unsafe) let sources: [(number: Int32, source: any DispatchSourceSignal)]

    init(_ action: @escaping @Sendable () -> Void) {
        // Who started the program with a signal ignored, as nohup does, wants it to go on.
        let numbers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !Self.isIgnored($0) }
        unsafe sources = numbers.map { number in
            signal(number, SIG_IGN)
            return (number, DispatchSource.makeSignalSource(signal: number, queue: .global()))
        }
        for (number, source) in unsafe sources {
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
        for (number, source) in unsafe sources {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        unsafe sigaction(number, nil, &action)
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
