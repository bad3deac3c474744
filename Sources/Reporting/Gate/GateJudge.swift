package import Results
import Statistics

/// Judges a change: head against base, metric by metric and cell by cell.
///
/// A metric *regresses* if the whole 95 % interval of its ratio lies beyond the larger of the threshold and the cell's
/// own floor, the p-value, corrected by Holm over everything that is judged, reaches 10 %, and a fresh measurement
/// agrees: its centre lies beyond the threshold too, and its own p-value reaches 1 %.
///
/// The two looks are independent, so their levels multiply: where nothing changed, the better side left out, three
/// stages at 5 % and a confirmation at 0.5 % leave at most one false alarm in 1,300 comparisons, before the threshold
/// and the floor make it rarer still. The first look has the larger share because it is the one that is corrected: at
/// 10 pairs, whose smallest p-value is 1 in 512, it can find what is worse in up to 51 metrics and cells.
///
/// It *passes* only if the whole interval lies within the threshold. What is neither is inconclusive, whatever the
/// reason: too few pairs, too much noise, a metric that was not measured.
package struct GateJudge: Sendable {
    /// Of the first look, after the correction, and of the confirmation.
    private static let level = 0.1
    private static let confirmationLevel = 0.01
    /// What names a mechanism: counters, which do not change with the clock.
    private static let counters: [Metric] =
        (["broker", "load"].flatMap { role in
            ["copied_bytes_per_byte", "calls_per_mib", "allocations", "major_faults", "minor_faults"]
                .map { "\(role)_\($0)" }
        }
        + [
            "broker_steady_calls_per_mib", "broker_instructions_per_mib", "device_write_count",
            "device_mean_write_bytes", "device_bytes_per_byte",
        ])
        .compactMap(MetricCatalog.metric(named:))

    package let gate: GateSpec

    package init(_ gate: GateSpec) { self.gate = gate }

    /// What the pairs say. A suspected regression is `regression` here; ``confirmed(_:by:)`` has the last word on it.
    package func findings(_ sides: GateSides) -> [GateFinding] {
        var all: [(finding: GateFinding, measurement: GateMeasurement?)] = []
        for cell in sides.cells {
            // Where legs fail there is nothing to measure, and that they fail is the finding.
            if let finding = status(cell, sides) {
                all.append((finding, nil))
                continue
            }
            for limit in gate.metrics where reasonToLeaveOut(limit, cell, sides) == nil {
                all.append(measured(limit, cell, sides))
            }
        }
        let tested = all.indices.filter { all[$0].measurement != nil }
        let corrected = HolmCorrection.adjust(tested.compactMap { all[$0].measurement?.pValue })
        for (index, pValue) in zip(tested, corrected) {
            guard let measurement = all[index].measurement else { continue }
            all[index].finding.p = pValue
            decide(&all[index].finding, measurement, pValue)
        }
        return all.map(\.finding)
    }

    /// Sentences about what is not judged, and why.
    package func notes(_ sides: GateSides) -> [String] {
        gate.metrics.compactMap { limit in
            sides.cells.lazy.compactMap { reasonToLeaveOut(limit, $0, sides) }.first.map {
                "\(limit.metric) is not judged: \($0)"
            }
        }
    }

    /// The cells that need more pairs. One with a suspected regression needs a fresh measurement instead.
    package func undecided(_ findings: [GateFinding]) -> Set<String> {
        Set(findings.filter { $0.verdict == .inconclusive || $0.verdict == .contaminated }.map(\.cell))
            .subtracting(suspects(findings))
    }

    /// The cells with a suspected regression.
    package func suspects(_ findings: [GateFinding]) -> Set<String> {
        Set(findings.filter { $0.verdict == .regression }.map(\.cell))
    }

    /// How many fresh pairs the suspected regressions of `findings` take.
    package func confirmationPairs(_ findings: [GateFinding]) -> Int {
        let suspected = findings.filter { $0.verdict == .regression }
        return GateSpec.confirmationPairs(
            after: suspected.map { $0.pairs + $0.contaminated }.max() ?? 0,
            isTimed: suspected.contains { MetricCatalog.metric(named: $0.metric)?.unit.isTimed ?? false })
    }

    /// The findings after suspected regressions were measured again; without a fresh measurement none is confirmed.
    package func confirmed(_ findings: [GateFinding], by fresh: GateSides?) -> [GateFinding] {
        findings.map { finding in
            guard finding.verdict == .regression else { return finding }
            var finding = finding
            guard let fresh, let cell = fresh.cells.first(where: { $0.axes.place == finding.cell }) else {
                finding.verdict = .inconclusive
                finding.reason = "beyond the threshold, but not confirmed by a fresh measurement"
                return finding
            }
            confirm(&finding, cell, fresh)
            return finding
        }
    }

    // MARK: - One metric in one cell

    /// Why a metric that need not be judged is not, in one cell; nil if it is judged. What base
    /// measured and head did not is judged.
    private func reasonToLeaveOut(
        _ limit: GateSpec.Limit, _ cell: PlanSummary.Cell, _ sides: GateSides
    ) -> String? {
        let legs = (sides.base + sides.control).filter { $0.cell == cell.id && $0.status == .ok }
        guard limit.isOptional, !legs.isEmpty, !legs.contains(where: { $0.metrics[limit.metric] != nil }) else {
            return nil
        }
        return legs.lazy.compactMap { $0.notMeasured[limit.metric] }.first.map { "not measured, because \($0)" }
            ?? "the base's build does not measure it"
    }

    private func measured(
        _ limit: GateSpec.Limit, _ cell: PlanSummary.Cell, _ sides: GateSides
    ) -> (finding: GateFinding, measurement: GateMeasurement?) {
        var finding = GateFinding(cell: cell.axes.place, metric: limit.metric, threshold: limit.threshold)
        guard let metric = MetricCatalog.metric(named: limit.metric), metric.better != .neither else {
            finding.reason = "'\(limit.metric)' is not a metric that can get worse"
            return (finding, nil)
        }
        let measurement = measurement(metric, cell, sides)
        finding.pairs = measurement.pairs.count
        finding.contaminated = measurement.contaminated + sides.blocks(of: cell.id).count { $0.isContaminated }
        finding.base = measurement.baseMedian
        finding.head = measurement.headMedian
        finding.floor = measurement.floor.flatMap { $0.isFinite ? Logarithm.inverse($0) - 1 : nil }
        if let shift = measurement.shift {
            finding.ratio = Logarithm.inverse(shift.median)
            if shift.low.isFinite { finding.low = Logarithm.inverse(shift.low) }
            if shift.high.isFinite { finding.high = Logarithm.inverse(shift.high) }
        }
        finding.evidence = evidence(cell, sides, besides: metric)
        guard !measurement.pairs.isEmpty else {
            finding.verdict = finding.contaminated > 0 ? .contaminated : .inconclusive
            finding.reason = finding.contaminated > 0 ? "every pair is contaminated" : missing(metric, cell, sides)
            return (finding, nil)
        }
        return (finding, measurement)
    }

    private func measurement(
        _ metric: Metric, _ cell: PlanSummary.Cell, _ sides: GateSides
    ) -> GateMeasurement {
        guard sides.isPaired else {
            func values(_ samples: [Sample]) -> [Double] {
                samples.filter { $0.cell == cell.id && $0.status == .ok }.compactMap { $0.metrics[metric.column] }
            }
            return GateMeasurement(base: values(sides.base), head: values(sides.head), of: metric)
        }
        let pairs = sides.blocks(of: cell.id).filter(\.isSound).compactMap { block -> GateMeasurement.Pair? in
            guard let base = block.base.metrics[metric.column], let head = block.head.metrics[metric.column] else {
                return nil
            }
            guard let control = block.control else { return .init(base: base, control: nil, head: head) }
            return control.metrics[metric.column].map { .init(base: base, control: $0, head: head) }
        }
        return GateMeasurement(paired: pairs, of: metric, drift: gate.drift)
    }

    /// How much worse head is: a logarithm, and the ends of its interval.
    private func worsening(_ shift: Interval, _ metric: String) -> Interval {
        guard MetricCatalog.metric(named: metric)?.better == .higher else { return shift }
        return Interval(median: -shift.median, low: -shift.high, high: -shift.low)
    }

    private func decide(_ finding: inout GateFinding, _ measurement: GateMeasurement, _ pValue: Double) {
        let least = GateSpec.stages[0]
        guard finding.pairs >= least else {
            finding.verdict = finding.contaminated > 0 ? .contaminated : .inconclusive
            finding.reason =
                "too little is known: \(finding.pairs) of at least \(least) pairs of legs"
                + (finding.contaminated > 0 ? "; \(finding.contaminated) are contaminated" : "")
            return
        }
        guard let shift = measurement.shift, let floor = measurement.floor, floor.isFinite else {
            finding.reason = "a ratio to nothing: the metric is zero in some legs"
            return
        }
        let worse = worsening(shift, finding.metric)
        let threshold = Logarithm.natural(1 + finding.threshold)
        let bound = max(threshold, floor)
        if worse.low > bound, pValue <= Self.level {
            finding.verdict = .regression
        } else if worse.high < -bound, pValue <= Self.level {
            finding.verdict = .improvement
        } else if worse.high <= threshold {
            finding.verdict = .pass
        } else {
            finding.reason =
                floor > threshold
                ? "the noise floor is above the threshold: more pairs, longer legs or a larger threshold"
                : "the interval reaches across the threshold"
        }
    }

    private func confirm(_ finding: inout GateFinding, _ cell: PlanSummary.Cell, _ fresh: GateSides) {
        if finding.metric == GateFinding.legStatus {
            let again = status(cell, fresh)
            finding.confirmation = .init(
                pairs: again?.pairs ?? 0, ratio: nil, low: nil, high: nil, agrees: again?.verdict == .regression)
        } else if let metric = MetricCatalog.metric(named: finding.metric) {
            let again = measurement(metric, cell, fresh)
            let worse = again.shift.map { worsening($0, finding.metric) }
            let bound = Logarithm.natural(1 + finding.threshold)
            let low = again.shift.map { Logarithm.inverse($0.low) }
            let high = again.shift.map { Logarithm.inverse($0.high) }
            finding.confirmation = .init(
                pairs: again.pairs.count, ratio: again.shift.map { Logarithm.inverse($0.median) },
                low: low.flatMap { $0 > 0 ? $0 : nil }, high: high.flatMap { $0.isFinite ? $0 : nil },
                agrees: again.pairs.count >= GateSpec.stages[0] && again.pValue <= Self.confirmationLevel
                    && worse.map { $0.median > bound } ?? false)
        }
        guard finding.confirmation?.agrees != true else { return }
        finding.verdict = .inconclusive
        finding.reason = "beyond the threshold at first, but a fresh measurement did not agree"
    }

    // MARK: - Legs that fail

    /// Head's legs fail where base's do not: nil while at most a few of either fail.
    private func status(_ cell: PlanSummary.Cell, _ sides: GateSides) -> GateFinding? {
        let blocks = sides.blocks(of: cell.id).filter { !$0.isContaminated }
        let sound = blocks.filter(\.isBaseSound)
        let failed = sound.filter { $0.head.status != .ok }
        var finding = GateFinding(cell: cell.axes.place, metric: GateFinding.legStatus, threshold: 0)
        finding.pairs = sound.count
        if !blocks.isEmpty, sound.count * 2 < blocks.count {
            let bad = blocks.compactMap { block in
                [block.base, block.control].compactMap { $0 }.first { $0.status != .ok }
            }.first
            finding.reason = "the base's legs fail: \(bad?.reason ?? "no reason given")"
            return finding
        }
        guard let first = failed.first, failed.count * 2 > sound.count else { return nil }
        finding.base = 1
        finding.head = 1 - Double(failed.count) / Double(sound.count)
        finding.verdict = .regression
        finding.reason =
            "\(failed.count) of head's \(sound.count) legs are \(first.head.status.rawValue): \(first.head.reason)"
        return finding
    }

    /// Why a metric has no values.
    private func missing(_ metric: Metric, _ cell: PlanSummary.Cell, _ sides: GateSides) -> String {
        let legs = [sides.base, sides.control, sides.head].flatMap { $0 }.filter { $0.cell == cell.id }
        if legs.isEmpty { return "no leg was run" }
        if let bad = legs.first(where: { $0.status != .ok }) { return "a leg is \(bad.status.rawValue): \(bad.reason)" }
        return legs.lazy.compactMap { $0.notMeasured[metric.column] }.first ?? "no leg measured it"
    }

    /// What the counters of the mechanism did, where they moved by more than a hundredth beyond doubt.
    private func evidence(_ cell: PlanSummary.Cell, _ sides: GateSides, besides judged: Metric) -> String {
        Self.counters.filter { $0 != judged }.compactMap { metric -> String? in
            let found = measurement(metric, cell, sides)
            guard let shift = found.shift, shift.low > 0.01 || shift.high < -0.01, found.pairs.count >= 6,
                let base = found.baseMedian, let head = found.headMedian
            else { return nil }
            return "\(metric.title) \(metric.format(base)) → \(metric.format(head))"
        }.joined(separator: "; ")
    }
}
