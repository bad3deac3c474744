import Results

/// What two runs differ in beside what they were made to compare.
package enum RunDifferences {
    /// Facts that differ between any two runs and explain nothing.
    private static let idle: Set<String> = ["boot", "load", "time", "date", "uptime", "dirty", "free"]

    /// One sentence for each difference; empty if there is none.
    package static func sentences(_ base: Run, _ head: Run) -> [String] {
        plans(base.plan, head.plan) + environments(base.environment, head.environment)
    }

    private static func plans(_ base: PlanSummary, _ head: PlanSummary) -> [String] {
        var found: [String] = []
        if base.scenario != head.scenario {
            found.append("the runs are of different scenarios, \(base.scenario) and \(head.scenario)")
        }
        if base.target != head.target { found.append("the targets differ: \(base.target) and \(head.target)") }
        if base.seed != head.seed { found.append("the seeds differ, and with them the payload") }
        let (ours, theirs) = (axes(base), axes(head))
        for key in ours.keys.sorted() where theirs[key] == nil {
            found.append("\(key) varies in base alone; in head it is \(fixed(head, key) ?? "not known")")
        }
        for key in theirs.keys.sorted() where ours[key] == nil {
            found.append("\(key) varies in head alone; in base it is \(fixed(base, key) ?? "not known")")
        }
        for setting in base.fixed where theirs[setting.key] == nil {
            guard let other = fixed(head, setting.key), other != setting.value else { continue }
            found.append("\(setting.key) is \(setting.value) in base and \(other) in head")
        }
        return found
    }

    private static func axes(_ plan: PlanSummary) -> [String: [String]] {
        Dictionary(plan.axes.map { ($0.key, $0.values) }) { first, _ in first }
    }

    private static func fixed(_ plan: PlanSummary, _ key: String) -> String? {
        plan.fixed.first { $0.key == key }?.value
    }

    private static func environments(_ base: Environment, _ head: Environment) -> [String] {
        base.facts.compactMap { fact in
            guard let value = fact.value, let other = head[fact.section, fact.name], value != other,
                !idle.contains(where: fact.name.lowercased().contains), fact.section != "program"
            else { return nil }
            return "\(fact.section) \(fact.name) is '\(value)' in base and '\(other)' in head"
        }
    }
}
