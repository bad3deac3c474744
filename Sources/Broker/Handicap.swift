internal import LinuxKernel

/// A fault that a broker is given on purpose, to see whether a measurement or a comparison of two builds finds it.
package enum Handicap: Sendable, Equatable {
    /// Each turn of a reactor takes this share more CPU time than its work does.
    case slowdown(share: Double)
    /// One system call more for each answer.
    case extraCall
    /// Every fetch path copies through user space, whatever its name says.
    case copyingFetch
    /// Each answer is held back for so long, in which the broker sleeps.
    case delay(nanoseconds: Int64)
    /// Each answer takes so much more CPU time.
    case spin(nanoseconds: Int64)

    /// `cpu=0.05`, `call`, `copy`, `delay=40ms` or `spin=5ms`; nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("call", 1): self = .extraCall
        case ("copy", 1): self = .copyingFetch
        case ("cpu", 2):
            guard let share = Double(parts[1]), share > 0, share <= 10 else { return nil }
            self = .slowdown(share: share)
        case ("delay", 2), ("spin", 2):
            guard parts[1].hasSuffix("ms"), let milliseconds = Int64(parts[1].dropLast(2)),
                (1...10_000).contains(milliseconds)
            else { return nil }
            let nanoseconds = milliseconds * 1_000_000
            self = parts[0] == "delay" ? .delay(nanoseconds: nanoseconds) : .spin(nanoseconds: nanoseconds)
        default: return nil
        }
    }
}

/// What a handicap does in one reactor; it costs nothing where there is none but a test of a word.
struct HandicapState {
    private let handicap: Handicap?
    /// The thread's CPU time when the last turn had been paid for.
    private var paidUntil: Int64 = 0

    init(_ handicap: Handicap?) { self.handicap = handicap }

    /// The fetch path that is used under the name of `path`.
    func fetchPath(_ path: FetchPathCatalog.Entry) -> FetchPathCatalog.Entry {
        handicap == .copyingFetch ? FetchPathCatalog.entry(named: "read-write") ?? path : path
    }

    /// An answer is ready to be sent.
    func answered() {
        switch handicap {
        case .extraCall: ProcessHandle.askForParent()
        case .delay(let nanoseconds): MonotonicClock.sleep(nanoseconds: nanoseconds)
        case .spin(let nanoseconds):
            let end = ThreadClock.now() + nanoseconds
            while ThreadClock.now() < end {}
        case .slowdown, .copyingFetch, nil: break
        }
    }

    /// A reactor's turn is over: wastes as much CPU time as its work is to be slower by.
    mutating func turnEnded() {
        guard case .slowdown(let share)? = handicap else { return }
        let now = ThreadClock.now()
        let end = now + Int64(Double(now - paidUntil) * share)
        paidUntil = now
        while paidUntil < end { paidUntil = ThreadClock.now() }
    }
}
