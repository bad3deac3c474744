import Results
import Statistics

/// What a run says by one metric: which value of one axis is best in each situation that the other axes make.
///
/// Values are compared with the best one by their ratio within rounds. The 95 % interval of its median decides: where
/// it reaches 1, the two cannot be told apart. The comparisons are not corrected for their number, which a report says
/// beside them; claims are what is corrected.
struct Answer {
    /// One value of the decided axis in one situation.
    struct Contender {
        var value: String
        var cell: String
        var estimate: Estimate
        /// The best one's value over this one's, within rounds; nil for the best itself and where there
        /// are too few pairs.
        var ratio: Interval?
        /// The best one is better than this one by more than chance.
        var isBehind: Bool
    }

    /// One situation.
    struct Case {
        /// The values of the other axes.
        var situation: [AxisValue]
        /// The best median first.
        var contenders: [Contender]
        /// Enough rounds for an interval.
        var isDecided: Bool

        var best: Contender { contenders[0] }
        /// The best one and those that cannot be told apart from it.
        var leaders: [Contender] { contenders.filter { !$0.isBehind } }
        /// The first one that is behind.
        var runnerUp: Contender? { contenders.first(where: \.isBehind) }
    }

    let axis: PlanSummary.Axis
    let metric: Metric
    /// In the plan's order; those with one contender, which leave nothing to decide, are left out.
    let cases: [Case]

    /// The answers by the metric of the run's first chart and its headline metrics, in that order; empty where nothing
    /// varies.
    static func all(of run: Run, most: Int = 3) -> [Answer] {
        guard let axis = decidedAxis(of: run.plan) else { return [] }
        var columns = run.plan.charts.prefix(1).map(\.metric)
        columns += run.plan.headline.filter { !columns.contains($0) }
        return columns.compactMap(MetricCatalog.metric(named:)).filter { $0.better != .neither }
            .compactMap { Answer(run, axis: axis, metric: $0) }
            .prefix(most).map(\.self)
    }

    /// The axis that the run is about: the one in which the cells of most claims differ; of several, the one whose role
    /// comes first, and that the first chart tells apart.
    static func decidedAxis(of plan: PlanSummary) -> PlanSummary.Axis? {
        let varying = plan.axes.filter { axis in Set(plan.cells.map { $0.axes[axis.key] }).count > 1 }
        let claims = claimedAxes(of: plan)
        let drawn = [plan.charts.first?.series, plan.charts.first?.x]
        func rank(_ axis: PlanSummary.Axis) -> [Int] {
            [
                -claims[axis.key, default: 0],
                PlanSummary.Axis.Role.allCases.firstIndex(of: axis.role ?? .tuning) ?? 0,
                drawn.firstIndex(of: axis.key) ?? drawn.count,
            ]
        }
        return varying.min { rank($0).lexicographicallyPrecedes(rank($1)) }
    }

    /// For each axis, in how many claims the compared cells differ in it.
    private static func claimedAxes(of plan: PlanSummary) -> [String: Int] {
        let cells = Dictionary(plan.cells.map { ($0.id, $0.axes) }) { first, _ in first }
        var counts: [String: Int] = [:]
        for claim in plan.claims {
            guard let pair = claim.pairs.first, let compare = cells[pair.compare],
                let against = pair.against.flatMap({ cells[$0] })
            else { continue }
            for axis in compare where against[axis.key] != axis.value { counts[axis.key, default: 0] += 1 }
        }
        return counts
    }

    init?(_ run: Run, axis: PlanSummary.Axis, metric: Metric) {
        self.axis = axis
        self.metric = metric
        var bootstraps: [Int: MedianBootstrap] = [:]
        var situations: [[AxisValue]] = []
        var groups: [[AxisValue]: [CellSummary]] = [:]
        // The null strategy moves no bytes: it is a ceiling, and nothing that one could use.
        for cell in run.cells where cell.axes[axis.key] != "null" {
            let situation = cell.axes.filter { $0.key != axis.key }
            if groups[situation] == nil { situations.append(situation) }
            groups[situation, default: []].append(cell)
        }
        cases = situations.compactMap { situation in
            Self.decide(groups[situation, default: []], situation, axis, metric, run, &bootstraps)
        }
        if cases.isEmpty { return nil }
    }

    private static func decide(
        _ cells: [CellSummary], _ situation: [AxisValue], _ axis: PlanSummary.Axis, _ metric: Metric, _ run: Run,
        _ bootstraps: inout [Int: MedianBootstrap]
    ) -> Case? {
        var contenders = cells.compactMap { cell -> Contender? in
            guard let estimate = cell.metrics[metric.column], let value = cell.axes[axis.key] else { return nil }
            return Contender(value: value, cell: cell.cell, estimate: estimate, ratio: nil, isBehind: false)
        }
        guard contenders.count > 1 else { return nil }
        contenders.sort {
            metric.better == .lower
                ? $0.estimate.median < $1.estimate.median : $0.estimate.median > $1.estimate.median
        }
        var isDecided = true
        for index in contenders.indices.dropFirst() {
            let pairs = Self.pairs(contenders[index].cell, contenders[0].cell, metric.column, run)
            guard pairs.count >= Summarizer.fewestLegs else {
                isDecided = false
                continue
            }
            let bootstrap = bootstraps[pairs.count] ?? MedianBootstrap(size: pairs.count, seed: run.plan.seed)
            bootstraps[pairs.count] = bootstrap
            contenders[index].ratio = bootstrap.ratio(of: pairs)
            if let ratio = contenders[index].ratio {
                contenders[index].isBehind = metric.better == .lower ? ratio.high < 1 : ratio.low > 1
            } else {
                // A zero has no ratio: intervals apart are what is left.
                contenders[index].isBehind = apart(contenders[0].estimate, contenders[index].estimate)
            }
        }
        return Case(situation: situation, contenders: contenders, isDecided: isDecided)
    }

    /// The values of two cells in the rounds that both have.
    private static func pairs(
        _ base: String, _ head: String, _ column: String, _ run: Run
    ) -> [(base: Double, head: Double)] {
        func byRound(_ cell: String) -> [Int: Double] {
            Dictionary(
                run.measuredLegs(of: cell).compactMap { leg in leg.metrics[column].map { (leg.round, $0) } }
            ) { _, last in last }
        }
        let bases = byRound(base)
        return byRound(head).sorted { $0.key < $1.key }.compactMap { round, head in
            bases[round].map { (base: $0, head: head) }
        }
    }

    private static func apart(_ one: Estimate, _ other: Estimate) -> Bool {
        guard let low = one.low, let high = one.high, let otherLow = other.low, let otherHigh = other.high else {
            return false
        }
        return low > otherHigh || otherLow > high
    }
}
