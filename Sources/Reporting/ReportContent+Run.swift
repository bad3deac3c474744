import Results

extension ReportContent {
    /// - Parameter figures: the charts' figures, by who asked for them.
    init(_ run: Run, figures: [ChartWriter.Drawing.Origin: [Figure]] = [:]) {
        let plan = run.plan
        title = plan.title
        question = plan.question.isEmpty ? nil : plan.question
        description = DescriptionText(plan.description).blocks
        conditions = Conditions.line(of: run)
        start = Conditions.start(ofRun: run.folder.id)
        let first = Self.firstOrigin(of: run)
        firstFigure = Array(figures[first, default: []].prefix(1))
        otherFigures = Array(figures[.plan, default: []].dropFirst(first == .plan ? 1 : 0))
        hasOtherFigures = !otherFigures.isEmpty
        latencyFigures = Array(figures[.latency, default: []].dropFirst(first == .latency ? 1 : 0))
        hasLatencyFigures = !latencyFigures.isEmpty
        timelineFigures = figures[.timeline, default: []]
        hasTimelineFigures = !timelineFigures.isEmpty
        results = Table(ResultsTable(run))
        shared = Self.shared(of: run)
        limits = Table(limits: run.limits ?? [])
        hasLimits = !limits.rows.isEmpty
        limitNotes = (run.nearCeiling + run.withoutLimit).map { "\($0)." }
        claims = run.claims.map(Claim.init)
        hasClaims = !claims.isEmpty
        verdicts = Self.verdicts(run.claims)
        let mechanism = Mechanism(run)
        answer = Answer(run, mechanism, listsClaims: figures[.claims, default: []].isEmpty).map { [$0] } ?? []
        self.mechanism = Table(ResultsTable(run, cells: mechanism.cells, metrics: mechanism.metrics))
        hasMechanism = !mechanism.metrics.isEmpty
        badLegs = Self.badLegs(of: run)
        hasBadLegs = !badLegs.isEmpty
        (verification, isVerified) = Self.verification(of: run)
        method = Self.method(of: run)
        guards = Guards.table(of: run)
        hasGuards = !guards.rows.isEmpty
        fixed = plan.fixed.map { Fact(name: $0.key, value: $0.value, isMissing: false) }
        environment = run.environment.sections.map { name in
            Section(
                name: name,
                facts: run.environment.facts.filter { $0.section == name }.map { fact in
                    Fact(
                        name: fact.name,
                        value: fact.value.map(Conditions.readable)
                            ?? "not known: \(fact.notMeasured ?? "no reason given")",
                        isMissing: fact.value == nil)
                })
        }
        notMeasured = Self.notMeasured(in: run)
        hasNotMeasured = !notMeasured.isEmpty
        command = plan.command
        seed = String(plan.seed)
        runID = run.folder.id
    }

    /// Whose first chart is the run's picture: that of its claims; where it varies the load, the curve of latency
    /// against it, which is the first of those of latencies; otherwise the first that the scenario asks for.
    static func firstOrigin(of run: Run) -> ChartWriter.Drawing.Origin {
        if ClaimsChart(of: run) != nil { return .claims }
        return LoadChart.chart(of: run) == nil ? .plan : .latency
    }

    /// What the axes with one value say of all cells; nil where every axis varies.
    private static func shared(of run: Run) -> String? {
        let varying = ResultsTable(run).varyingAxes
        let values = (run.cells.first?.axes ?? []).filter { !varying.contains($0.key) }
        guard !values.isEmpty else { return nil }
        return "In all cells: \(values.map { "\($0.key) \($0.value)" }.joined(separator: ", "))."
    }

    /// The legs that do not count; those of one cell that ended alike are one entry.
    private static func badLegs(of run: Run) -> [Leg] {
        struct Ending: Hashable {
            var cell: String
            var status: LegStatus
            var reason: String
        }
        let bad = run.samples.filter { $0.status != .ok }
        let groups = Dictionary(grouping: bad) { Ending(cell: $0.cell, status: $0.status, reason: $0.reason) }
        return groups.values.sorted { $0[0].leg < $1[0].leg }.map { legs in
            let sample = legs[0]
            let axes = sample.axes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            let rounds = legs.map { String($0.round) }.joined(separator: ", ")
            return Leg(
                place: "\(axes.isEmpty ? sample.cell : axes); \(legs.count > 1 ? "rounds" : "round") \(rounds)",
                status: sample.status.rawValue, reason: sample.reason)
        }
    }

    private static func verification(of run: Run) -> (text: String, isVerified: Bool) {
        guard let how = run.plan.verification else {
            return ("The scenario turns verification off: nothing here was checked against what was written.", false)
        }
        let records = run.samples.compactMap { $0.metrics["verified_records"] }.reduce(0, +)
        let wrong = run.samples.count { $0.status == .unverified }
        let ok = run.samples.count { $0.status == .ok }
        let count = grouped(Int64(records))
        let outcome =
            wrong == 0
            ? "none was missing, out of order or different"
            : "\(Sentence.count(wrong, "leg")) failed the check and \(wrong == 1 ? "is" : "are") not in the results"
        return ("\(count) records of \(ok + wrong) legs were checked (\(how)); \(outcome).", wrong == 0 && records > 0)
    }

    /// What came of the claims, in one sentence; nil without claims.
    static func verdicts(_ claims: [ClaimFinding]) -> String? {
        guard !claims.isEmpty else { return nil }
        func count(_ verdict: ClaimVerdict) -> Int { claims.count { $0.verdict == verdict } }
        let parts = [
            (count(.holds), "hold", "holds"), (count(.refuted), "are refuted", "is refuted"),
            (count(.undecided), "are undecided", "is undecided"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.2 : $0.1)" }
        return "Of \(claims.count) \(claims.count == 1 ? "claim" : "claims"), \(parts.joined(separator: ", "))."
    }

    /// `1234567` as `1,234,567`.
    static func grouped(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + text
    }

    private static func method(of run: Run) -> [String] {
        let most = run.cells.map(\.legs).max() ?? 0
        var notes = [
            "The unit of replication is a leg: one cell in one round, with fresh processes and fresh directories. "
                + "Nothing inside a leg is a sample.",
            "Of \(Sentence.count(run.plan.rounds, "round")), each visits every cell once, in an order drawn from seed "
                + "\(run.plan.seed).",
            "Figures are medians over legs. Brackets and error bars are 95 % percentile-bootstrap intervals of the "
                + "median (10,000 resamples, seeded).",
            "Rates of bytes have decimal prefixes (1 MB/s is 10⁶ bytes a second), amounts binary ones "
                + "(1 MiB is 2²⁰ bytes).",
        ]
        if !run.claims.isEmpty {
            notes.append(
                "A claim holds if the interval of the median ratio within rounds lies wholly within its bounds, is "
                    + "refuted if it lies wholly beyond, and is undecided otherwise; the exact signed-rank test, "
                    + "corrected by Holm over the \(run.claims.count) claims, has to reach 5 %.")
        }
        if most < Summarizer.fewestLegs {
            notes.append(
                "With fewer than \(Summarizer.fewestLegs) legs a cell has no interval: even the whole range of so few "
                    + "values covers the true median in less than 95 % of cases.")
        }
        return notes + (run.knees + run.missedRates + run.heldBack).map { "\($0)." }
    }

    /// The metrics that legs said they could not measure, by reason.
    private static func notMeasured(in run: Run) -> [Fact] {
        var reasons: [String: Set<String>] = [:]
        for sample in run.samples {
            for (column, reason) in sample.notMeasured { reasons[reason, default: []].insert(column) }
        }
        return reasons.sorted { $0.key < $1.key }.map { reason, columns in
            let titles = run.schema.metrics.filter { columns.contains($0.column) }.map(\.title)
            return Fact(name: reason, value: titles.joined(separator: "; "), isMissing: false)
        }
    }
}

extension ReportContent.Claim {
    init(_ finding: ClaimFinding) {
        let rounds = Set(finding.pairs.map(\.rounds)).sorted()
        let over = [rounds.first, rounds.last].compactMap { $0.map(String.init) }
        let varying = finding.varyingAxes
        self.init(
            statement: finding.spec.statement, verdict: finding.verdict.rawValue,
            expectation: "expected \(finding.spec.expectation)"
                + (over.isEmpty
                    ? ""
                    : ", over \(over[0] == over[1] ? over[0] : "\(over[0])–\(over[1])") "
                        + "\(over[1] == "1" ? "round" : "rounds")"),
            figures: finding.pairs.compactMap { pair in
                pair.interval.map { interval in
                    ReportContent.Figures(
                        place: varying.isEmpty
                            ? nil : varying.map { "\($0) \(pair.compare.axes[$0] ?? "")" }.joined(separator: ", "),
                        text: ClaimsTable.value(finding.spec, interval, rounds: pair.rounds),
                        evidence: pair.evidence.isEmpty
                            ? nil : pair.evidence.prefix(4).map(\.text).joined(separator: "; "))
                }
            }, reason: finding.reason.isEmpty ? nil : finding.reason,
            across: finding.spec.across.isEmpty
                ? nil : "compares across \(finding.spec.across.joined(separator: " and ")), on purpose")
    }
}

extension ReportContent.Table {
    init(_ table: ResultsTable) {
        let varying = table.varyingAxes
        axes = varying
        columns = table.metrics.map { metric in
            ReportContent.Column(
                title: metric.title, note: metric.better == .neither ? nil : "\(metric.better.rawValue) is better")
        }
        rows = table.rows.map { row in
            ReportContent.Row(
                coordinates: varying.map { ReportContent.Cell(coordinate: row.summary.axes[$0] ?? "") },
                values: table.metrics.indices.map { index in
                    let (metric, value) = (table.metrics[index], row.values[index])
                    return ReportContent.Cell(
                        text: value?.median ?? "–", detail: value?.interval, share: row.shares[index],
                        number: row.summary.metrics[metric.column].map { CommaSeparated.number($0.median) } ?? "")
                },
                legs: String(row.summary.legs), warning: row.warning, hasWarning: !row.warning.isEmpty)
        }
    }
}

extension ReportContent.Table {
    /// What was measured of the machine, and how.
    init(limits: [MeasuredLimit]) {
        self.init(
            axes: ["Limit"],
            columns: [.init(title: "At best"), .init(title: "The plainest loop", isText: true)],
            rows: limits.filter { $0.plain != nil }.map { limit in
                let median = limit.best == nil ? nil : limit.plain.map { "median \(limit.unit.format($0.median))" }
                return ReportContent.Row(
                    coordinates: [.init(text: limit.title, isText: true)],
                    values: [
                        .init(
                            text: limit.text, detail: median,
                            number: limit.most.map(CommaSeparated.number)),
                        .init(text: limit.summary, isText: true),
                    ])
            })
    }
}

extension ReportContent.Cell {
    /// An axis's value: sizes and durations are sorted as what they are.
    init(coordinate: String) {
        self.init(text: coordinate, number: AxisScale.number(coordinate).map(CommaSeparated.number), isText: true)
    }
}
