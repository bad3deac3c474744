internal import LinuxKernel
package import Logging
internal import Synchronization

/// The broker's messages to its operator: what clients or the disk make it say is limited, so that none
/// can flood the log.
package final class EventLog: Sendable {
    /// Events that something from outside can cause at any rate.
    enum Kind: Int, CaseIterable {
        case connectionClosed, connectionRefused, batchRefused, storage, group, request
    }

    private struct Window {
        var began: Int64 = 0
        var count = 0
    }

    private static let perSecond = 10

    private let logger: Logger
    private let windows = Mutex([Window](repeating: Window(), count: Kind.allCases.count))

    package init(_ logger: Logger) { self.logger = logger }

    func notice(_ message: @autoclosure () -> String) {
        logger.notice("\(message())")
    }

    /// A warning that nothing from outside can cause.
    func warning(_ message: @autoclosure () -> String) {
        logger.warning("\(message())")
    }

    func warn(_ kind: Kind, _ message: @autoclosure () -> String) {
        guard let skipped = admit(kind) else { return }
        let suffix = skipped > 0 ? " (and \(skipped) more of this kind, not shown)" : ""
        logger.warning("\(message())\(suffix)")
    }

    func error(_ message: @autoclosure () -> String) {
        logger.error("\(message())")
    }

    /// Nil when the message has to be left out, else how many were left out before it.
    private func admit(_ kind: Kind) -> Int? {
        let now = MonotonicClock.now()
        return windows.withLock { windows in
            var window = windows[kind.rawValue]
            defer { windows[kind.rawValue] = window }
            if now - window.began >= 1_000_000_000 {
                let skipped = max(0, window.count - Self.perSecond)
                window = Window(began: now, count: 1)
                return skipped
            }
            window.count += 1
            return window.count <= Self.perSecond ? 0 : nil
        }
    }
}
