internal import Experiments

/// How many contaminated legs of a run may still be repeated.
struct RepeatBudget {
    private(set) var left: Int

    /// - Parameter used: The repetitions that an earlier part of the run has made.
    init(_ plan: Plan, used: Int) {
        let share = plan.cells.first?.settings[.repeatBudget].value ?? 0
        left = max(0, Int((share * Double(plan.legs.count)).rounded(.up)) - used)
    }

    /// Takes one repetition; false when there is none left.
    mutating func take() -> Bool {
        guard left > 0 else { return false }
        left -= 1
        return true
    }
}
