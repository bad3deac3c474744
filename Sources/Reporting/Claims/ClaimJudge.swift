import Results
import Statistics

/// Judges a run's claims.
///
/// For each pair of cells the values of a round belong together: the median of their log-ratios has a bootstrap
/// interval, and the exact signed-rank test says whether they lie on one side of the claim's bound. A claim
/// *holds* if the intervals of all its pairs lie within its bounds, and is *refuted* if that of any lies beyond
/// them; both only if the p-value, corrected by Holm over all claims of the run, reaches 5 %. Everything else
/// is *undecided*, and says why.
enum ClaimJudge {
    static let level = 0.05

    static func judge(_ run: Run) -> [ClaimFinding] {
        var judge = Judge(run)
        var findings = run.plan.claims.enumerated().map { judge.finding($0.offset + 1, $0.element) }
        let tested = findings.indices.filter { findings[$0].pValue != nil }
        let corrected = HolmCorrection.adjust(tested.compactMap { findings[$0].pValue })
        for (index, pValue) in zip(tested, corrected) {
            findings[index].pValue = pValue
            guard pValue > level, findings[index].verdict != .undecided else { continue }
            findings[index].reason = reason(for: findings[index], among: tested.count)
            findings[index].verdict = .undecided
        }
        return findings
    }

    /// Why a claim whose intervals are clear is not decided after all.
    private static func reason(for finding: ClaimFinding, among claims: Int) -> String {
        let rounds = finding.pairs.map(\.rounds).min() ?? 0
        let best = SignedRankTest.smallestPValue(pairs: rounds) * Double(claims)
        if best > level {
            return "\(Sentence.count(rounds, "round")) cannot reach 5 % over \(Sentence.count(claims, "claim")); "
                + "\(fewestRounds(for: claims)) can"
        }
        return "the difference could be chance: p is \(SignificantDigits.format(finding.pValue ?? 1, digits: 2)) after "
            + "correction for \(claims) claims"
    }

    /// The fewest rounds whose best p-value survives the correction for `claims`.
    static func fewestRounds(for claims: Int) -> Int {
        (6...64).first { SignedRankTest.smallestPValue(pairs: $0) * Double(claims) <= level } ?? 64
    }
}

private struct Judge {
    /// A bound that a value equals is kept: a p-value needs values that are not equal to it.
    private static let slack = 1e-9

    let run: Run
    private let cells: [String: CellSummary]
    private let mechanism: Mechanism
    private let legs: [String: [Int: Sample]]
    private var bootstraps: [Int: MedianBootstrap] = [:]

    init(_ run: Run) {
        self.run = run
        mechanism = Mechanism(run)
        cells = Dictionary(run.cells.map { ($0.cell, $0) }) { first, _ in first }
        legs = Dictionary(grouping: run.samples.filter { $0.status == .ok }, by: \.cell)
            .mapValues { Dictionary($0.map { ($0.round, $0) }) { _, last in last } }
    }

    mutating func finding(_ number: Int, _ spec: ClaimSpec) -> ClaimFinding {
        let pairs = spec.pairs.compactMap { pair(spec, $0) }
        var finding = ClaimFinding(
            number: number, spec: spec, verdict: .undecided, reason: "", pValue: nil, pairs: pairs)
        if let reason = spec.unjudged {
            finding.reason = reason
        } else if pairs.isEmpty || pairs.count < spec.pairs.count {
            finding.reason = "the run lacks cells that the claim is about"
        } else if let fewest = pairs.map(\.rounds).min(), fewest < Summarizer.fewestLegs {
            finding.reason =
                "\(Sentence.count(fewest, "round")) measured it; \(Summarizer.fewestLegs) are the fewest that can "
                + "reach a level of 5 %"
        } else if pairs.contains(where: { $0.interval == nil }) {
            finding.reason = "a ratio to nothing: \(spec.metric) is zero in some legs"
        } else {
            decide(&finding)
        }
        return finding
    }

    /// A single pair beyond the bounds refutes, at a price for having looked at all of them; all within hold together.
    private func decide(_ finding: inout ClaimFinding) {
        let beyond = finding.pairs.filter { $0.position == .outside }.map(\.pValue).min()
        if let beyond {
            finding.verdict = .refuted
            finding.pValue = min(1, beyond * Double(finding.pairs.count))
        } else if finding.pairs.allSatisfy({ $0.position == .inside }) {
            finding.verdict = .holds
            finding.pValue = finding.pairs.map(\.pValue).max()
        } else {
            finding.pValue = 1
            finding.reason = "the interval does not lie on one side of the bound"
        }
    }

    private mutating func pair(_ spec: ClaimSpec, _ pair: ClaimSpec.Pair) -> ClaimFinding.Pair? {
        guard let compare = cells[pair.compare] else { return nil }
        let against = pair.against.flatMap { cells[$0] }
        if pair.against != nil, against == nil { return nil }
        let values = values(spec, pair)
        var found = ClaimFinding.Pair(
            compare: compare, against: against, rounds: values.count, interval: nil, position: .across, pValue: 1,
            evidence: against.map { mechanism.differences(of: compare.cell, against: $0.cell) } ?? [])
        guard !values.isEmpty else { return found }
        let bootstrap = bootstrap(values.count)
        found.interval =
            spec.isRatio
            ? bootstrap.ratio(of: values.map { ($0.against, $0.compare) })
            : bootstrap.interval(of: values.map(\.compare))
        guard let interval = found.interval else { return found }
        place(&found, interval, spec, values)
        return found
    }

    /// The metric in the rounds that have it on all sides.
    private func values(_ spec: ClaimSpec, _ pair: ClaimSpec.Pair) -> [(compare: Double, against: Double)] {
        legs[pair.compare, default: [:]].sorted { $0.key < $1.key }.compactMap { round, sample in
            guard let compare = sample.metrics[spec.metric] else { return nil }
            guard let other = pair.against else { return (compare, 1) }
            return legs[other]?[round]?.metrics[spec.metric].map { (compare, $0) }
        }
    }

    private func place(
        _ pair: inout ClaimFinding.Pair, _ interval: Interval, _ spec: ClaimSpec,
        _ values: [(compare: Double, against: Double)]
    ) {
        func pValue(_ bound: Double) -> Double {
            SignedRankTest(
                differences: values.map {
                    spec.isRatio ? Logarithm.natural($0.compare / $0.against / bound) : $0.compare - bound
                }
            ).pValue
        }
        let low = spec.low.map { $0 * (1 - Self.slack) }
        let high = spec.high.map { $0 * (1 + Self.slack) }
        if let low, interval.high < low {
            pair.position = .outside
            pair.pValue = pValue(low)
        } else if let high, interval.low > high {
            pair.position = .outside
            pair.pValue = pValue(high)
        } else if interval.low >= low ?? -.infinity, interval.high <= high ?? .infinity {
            pair.position = .inside
            pair.pValue = [low, high].compactMap { $0.map(pValue) }.max() ?? 1
        }
    }

    private mutating func bootstrap(_ size: Int) -> MedianBootstrap {
        if let known = bootstraps[size] { return known }
        let fresh = MedianBootstrap(size: size, seed: run.plan.seed)
        bootstraps[size] = fresh
        return fresh
    }
}
