internal import Experiments
internal import Foundation
internal import Measurement
internal import Results

/// Tells on standard error how far a run is: one line that is rewritten on a terminal, plain lines elsewhere.
package struct Progress {
    private let isTerminal: Bool
    private var total: Int
    private let estimate: Double
    private let began = Date()
    private var done = 0

    /// - Parameters:
    ///   - total: The legs that are to run.
    ///   - estimatedSeconds: What the plan thinks they take, until there are times to go by.
    init(total: Int, estimatedSeconds: Double) {
        self.total = total
        estimate = estimatedSeconds
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// Looks at the machine before the first leg, and says what legs will have to live with.
    func sayHowBusy(_ surroundings: Surroundings, before plan: Plan) async throws {
        let share = try await surroundings.watchIdleMachine()
        let limit = plan.cells.map { $0.settings[.otherLoadLimit].value }.min() ?? 1
        switch share {
        case .value(let share):
            let advice = share > limit ? "; legs beside so much count as contaminated: stop what else runs (`top`)" : ""
            say("\(plan.scenario): other programs use \(Self.percent(share)) of the processors\(advice)")
        case .notMeasured(let reason):
            say("\(plan.scenario): it is not known how busy other programs are: \(reason)")
        }
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

    mutating func starting(_ leg: Leg, rounds: Int) {
        let percent = done * 100 / max(1, total)
        let text =
            "[\(done)/\(total)] \(percent) % · \(timeLeft) left · round \(leg.round) of \(rounds) · \(leg.cell.label)"
        if isTerminal {
            write("\r\u{1B}[K" + String(text.prefix(Self.width)))
        } else {
            write(text + "\n")
        }
    }

    mutating func finished(_ leg: Leg, _ result: LegResult) {
        done += 1
        guard result.status != .ok else { return }
        say("leg \(leg.number) \(result.status.rawValue) (\(leg.cell.label)): \(result.reason)")
    }

    /// A leg will be run once more.
    mutating func repeating() { total += 1 }

    /// Ends the line that is rewritten.
    func end() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    /// A message of its own line.
    func say(_ text: String) {
        write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
    }

    private var timeLeft: String {
        let perLeg = done == 0 ? estimate / Double(max(1, total)) : Date().timeIntervalSince(began) / Double(done)
        return Self.text(seconds: perLeg * Double(total - done))
    }

    /// A duration for people: `45 s`, `3 min 05 s`, `2 h 10 min`.
    package static func text(seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
        return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
    }

    private static var width: Int {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 79 }
        return Int(size.ws_col) - 1
    }

    private func write(_ text: String) {
        // A run does not end because nobody can watch it any more.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
