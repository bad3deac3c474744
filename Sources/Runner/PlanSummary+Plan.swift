internal import Experiments
internal import Results

extension PlanSummary {
    /// What a report needs of a plan.
    init(_ plan: Plan, command: String) {
        let varied = Set(plan.cells.flatMap { $0.axes.map(\.key) })
        self.init(
            scenario: plan.scenario, title: plan.title, question: plan.question, description: plan.description,
            target: plan.target.rawValue, seed: plan.seed, rounds: plan.rounds, command: command,
            axes: plan.axes.map { Axis(key: $0.key, values: $0.values, role: Self.role($0, in: plan.cells)) },
            fixed: Self.common(plan.cells).filter { !varied.contains($0.key) },
            cells: plan.cells.map { cell in
                let withheld = cell.withheld(StrategyVocabulary.shared, target: plan.target)
                return Cell(
                    id: cell.id, axes: cell.axes.map { AxisValue($0.key, $0.value) },
                    withheld: withheld.map(\.rawValue).sorted(), limits: CellLimit.all(of: cell, in: plan))
            },
            charts: plan.charts.map {
                ChartSpec(
                    metric: $0.metric, x: $0.x, series: $0.series, facet: $0.facet,
                    ideal: $0.ideal.flatMap { ChartSpec.Ideal(rawValue: $0.rawValue) }, only: $0.where,
                    title: $0.title)
            },
            claims: plan.claims.map(ClaimSpec.init), gate: plan.gate.map(GateSpec.init), headline: plan.headline,
            verification: plan.cells.contains { $0.settings[.verify] }
                ? "every record read back through the log: count, order, content" : nil)
    }

    /// Sets of settings that each bring a flush policy of their own are about durability, whatever else they set.
    private static func role(_ axis: Plan.Axis, in cells: [Experiments.Cell]) -> Axis.Role {
        guard axis.isBundle else {
            guard let definition = SettingCatalog.definition(of: axis.key) else { return .tuning }
            if [Setting.flushPolicy.name, Setting.acks.name].contains(axis.key) { return .durability }
            if definition.use.isStrategy { return .strategy }
            return definition.section == "workload" ? .workload : .tuning
        }
        let policies = axis.values.map { label in
            Set(
                cells.filter { cell in cell.axes.contains { $0.key == axis.key && $0.value == label } }
                    .compactMap { $0.settings[text: Setting.flushPolicy.name] })
        }
        return axis.values.count > 1 && Set(policies).count == policies.count ? .durability : .setup
    }

    /// The settings of this target that have the same value in all cells.
    private static func common(_ cells: [Experiments.Cell]) -> [AxisValue] {
        guard let first = cells.first else { return [] }
        return SettingCatalog.all.compactMap { definition in
            guard let text = first.settings[text: definition.name],
                cells.allSatisfy({ $0.settings[text: definition.name] == text })
            else { return nil }
            return AxisValue(definition.name, text)
        }
    }
}

extension GateSpec {
    fileprivate init(_ gate: Plan.Gate) {
        self.init(
            metrics: gate.metrics.map { Limit(metric: $0.metric, threshold: $0.threshold, isOptional: $0.isOptional) },
            drift: gate.drift)
    }
}

extension ClaimSpec {
    fileprivate init(_ claim: Plan.Claim) {
        let values = claim.expect.values
        let (low, high): (Double?, Double?) =
            switch claim.expect {
            case .ratioAtMost(let most), .atMost(let most): (nil, most)
            case .ratioAtLeast(let least), .atLeast(let least): (least, nil)
            case .ratioBetween(let least, let most): (least, most)
            }
        let bounds = values.map { claim.expect.isRatio ? "\($0)" : Self.text($0, of: claim.metric) }
        self.init(
            statement: claim.statement, metric: claim.metric,
            expectation: claim.expect.kind.replacing("_", with: " ") + " " + bounds.joined(separator: " and "),
            isRatio: claim.expect.isRatio, low: low, high: high,
            pairs: claim.pairs.map { Pair(compare: $0.compare, against: $0.against) },
            across: claim.across.map(\.rawValue), unjudged: claim.unjudged)
    }

    private static func text(_ value: Double, of column: String) -> String {
        MetricCatalog.metric(named: column)?.format(value) ?? "\(value)"
    }
}
