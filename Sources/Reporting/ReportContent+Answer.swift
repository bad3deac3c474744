import Results
import Statistics

extension ReportContent.Answer {
    private static let mostCases = 12

    /// nil where the run has no figures of its first metrics.
    ///
    /// - Parameter listsClaims: whether claims that are the answer are told one by one; a chart may do that.
    init?(_ run: Run, _ mechanism: Mechanism, listsClaims: Bool) {
        let answers = Answer.all(of: run)
        guard let first = answers.first else {
            guard let text = Self.single(run) else { return nil }
            self.init(lead: .init(Sentence(text)), reason: [], others: [], cases: [])
            return
        }
        if first.axis.role == .setup, let verdicts = ReportContent.verdicts(run.claims) {
            // Set-ups are there to be compared by claims; which of them is fastest answers nothing.
            self.init(
                lead: .init(Sentence(verdicts)), reason: [], others: [], isVerdicts: true,
                statements: listsClaims ? Self.statements(run.claims) : [], hasStatements: listsClaims, cases: [])
            return
        }
        if first.axis.key == LoadChart.axis, let knee = run.knees.first {
            // No rate is better than another: the question is how far latency stays flat.
            self.init(
                lead: .init(Sentence("\(knee).")), reason: [],
                others: (run.knees.dropFirst() + run.missedRates).map { .init(Sentence("\($0).")) }, cases: [])
            return
        }
        let isDecided = answers.contains { $0.cases.contains(where: \.isDecided) }
        self.init(
            lead: .init(first.sentence), reason: first.reason(mechanism).map { [.init($0)] } ?? [],
            others: (answers.dropFirst().map(\.remark) + Self.cautions(first, run.plan)).map {
                .init($0)
            },
            cases: isDecided && (2...Self.mostCases).contains(first.cases.count) ? [Self.table(first, mechanism)] : [],
            basis: isDecided ? Self.basis : nil)
    }

    private static let basis =
        "Ratios are medians within rounds; in brackets their 95 % intervals. Where one reaches 1, the two cannot be "
        + "told apart. Each comparison stands by itself: of twenty, chance tells one apart."

    private static func statements(_ claims: [ClaimFinding]) -> [ReportContent.Statement] {
        claims.map { finding in
            let pair = finding.pairs.first { $0.interval != nil }
            return ReportContent.Statement(
                verdict: finding.verdict.rawValue, text: finding.spec.statement,
                figures: pair.flatMap { pair in
                    pair.interval.map { ClaimsTable.value(finding.spec, $0, rounds: pair.rounds) }
                })
        }
    }

    /// What a comparison of values that promise different things has to say, one sentence a guarantee.
    private static func cautions(_ answer: Answer, _ plan: PlanSummary) -> [Sentence] {
        let withheld = Dictionary(plan.cells.map { ($0.id, $0.withheld ?? []) }) { first, _ in first }
        let contenders = answer.cases.flatMap(\.contenders)
        let guarantees = Set(contenders.flatMap { withheld[$0.cell, default: []] }).sorted()
        return guarantees.compactMap { guarantee in
            func values(_ lacks: Bool) -> [String] {
                answer.axis.values.filter { value in
                    contenders.contains {
                        $0.value == value && withheld[$0.cell, default: []].contains(guarantee) == lacks
                    }
                }
            }
            let without = values(true)
            guard !values(false).isEmpty, Set(without).isDisjoint(with: values(false)) else { return nil }
            let names = Sentence.list(without.map(Sentence.name))
            return Sentence(
                "Not alike: \(names) \(without.count == 1 ? "does" : "do") without \(Self.words(guarantee)).")
        }
    }

    private static func words(_ guarantee: String) -> String {
        switch guarantee {
        case "durability": "surviving a crash of the machine"
        case "acknowledgement": "telling the producer"
        case "storage": "storing anything"
        case "checksum": "checking the batches' CRC-32C"
        default: guarantee
        }
    }

    /// The figures of a run in which nothing varies.
    private static func single(_ run: Run) -> String? {
        guard let cell = run.cells.first, run.cells.count == 1 else { return nil }
        let parts = run.plan.headline.compactMap(MetricCatalog.metric(named:)).filter { $0.better != .neither }
            .compactMap { metric in
                cell.metrics[metric.column].map { estimate -> String in
                    let value = ResultsTable.Value(estimate, of: metric)
                    return "\(metric.title) \(value.median)\(value.interval.map { " [\($0)]" } ?? "")"
                }
            }
        return parts.isEmpty ? nil : parts.prefix(3).joined(separator: "; ") + "."
    }

    private static func table(_ answer: Answer, _ mechanism: Mechanism) -> ReportContent.Table {
        let keys = answer.cases[0].situation.map(\.key).filter { key in
            Set(answer.cases.map { $0.situation[key] }).count > 1
        }
        func words(_ text: String) -> ReportContent.Cell { ReportContent.Cell(text: text, isText: true) }
        return ReportContent.Table(
            axes: keys,
            columns: [
                .init(title: "Best", isText: true), .init(title: "\(answer.metric.title), best median"),
                .init(title: "Times the next"), .init(title: "The next", isText: true),
                .init(title: "Beside it", isText: true),
            ],
            rows: answer.cases.map { item in
                let value = ResultsTable.Value(item.best.estimate, of: answer.metric)
                let next = item.runnerUp
                let ratio = next.flatMap(Answer.ratioText)
                let evidence = next.map { mechanism.differences(of: item.best.cell, against: $0.cell) } ?? []
                return ReportContent.Row(
                    coordinates: keys.map { .init(coordinate: item.situation[$0] ?? "") },
                    values: [
                        words(Self.best(item)),
                        .init(
                            text: value.median, detail: value.interval,
                            number: CommaSeparated.number(item.best.estimate.median)),
                        .init(
                            text: ratio?.median ?? "–", detail: ratio?.interval,
                            number: next?.ratio.map { CommaSeparated.number($0.median) } ?? ""),
                        words(next?.value ?? "–"),
                        words(
                            evidence.filter { $0.metric != answer.metric }.prefix(2).map(\.text)
                                .joined(separator: "; ")),
                    ])
            })
    }

    private static func best(_ item: Answer.Case) -> String {
        if !item.isDecided { return "too few rounds" }
        return item.runnerUp == nil ? "no difference" : item.leaders.map(\.value).joined(separator: " or ")
    }
}
