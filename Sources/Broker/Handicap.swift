internal import LinuxKernel

/// A fault that a broker is given on purpose, to see whether a comparison of two builds finds it.
package enum Handicap: Sendable, Equatable {
    /// Each turn of a reactor takes this share more CPU time than its work does.
    case slowdown(share: Double)
    /// One system call more for each answer.
    case extraCall
    /// Every fetch path copies through user space, whatever its name says.
    case copyingFetch

    /// `cpu=0.05`, `call` or `copy`; nil for any other text.
    package init?(_ text: String) {
        switch text {
        case "call": self = .extraCall
        case "copy": self = .copyingFetch
        default:
            guard text.hasPrefix("cpu="), let share = Double(text.dropFirst(4)), share > 0, share <= 10 else {
                return nil
            }
            self = .slowdown(share: share)
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
        if handicap == .extraCall { ProcessHandle.askForParent() }
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
