package import Results
package import Statistics

/// What a run of twins says about a machine's noise, for each cell and headline metric.
package struct NoiseReport: Sendable {
    package struct Row: Sendable {
        /// The cell's id in the scenario's plan.
        package var cell: String
        /// Its place in the matrix.
        package var label: String
        package var metric: Metric
        package var noise: NoiseEstimate
        /// The least and the most of the legs.
        package var range: ClosedRange<Double>
        /// Of the planned rounds; nil where nothing is known.
        package var minimumDetectableEffect: Double?
        /// The share of the legs that were contaminated, those that were repeated included.
        package var contaminated: Double
    }

    package let rows: [Row]
    package let plannedRounds: Int
    /// The machine, and how often each cell was run.
    package let conditions: String

    /// - Parameters:
    ///   - twinAxis: The axis that tells twins apart.
    ///   - plannedRounds: Those that the scenario would be run with.
    package init(_ run: Run, twinAxis: String, plannedRounds: Int) {
        let metrics = run.plan.headline.compactMap(MetricCatalog.metric(named:))
        var cells: [(id: String, label: String)] = []
        for cell in run.plan.cells {
            let id = String(cell.id.dropLast())
            if cells.contains(where: { $0.id == id }) { continue }
            let place = cell.axes.filter { $0.key != twinAxis }.map { "\($0.key)=\($0.value)" }
            cells.append((id, place.joined(separator: " ")))
        }
        self.plannedRounds = plannedRounds
        conditions = Conditions.line(of: run) + " · " + Conditions.start(ofRun: run.folder.id)
        rows = cells.flatMap { cell -> [Row] in
            let samples = run.samples.filter { $0.cell.dropLast() == cell.id }
            let contaminated =
                Double(samples.count { $0.status == .contaminated }) / Double(max(1, samples.count))
            return metrics.compactMap { metric in
                let legs = samples.filter { $0.status == .ok }.compactMap { sample in
                    sample.metrics[metric.column].map {
                        NoiseEstimate.Leg(
                            round: sample.round, place: sample.leg, isSecond: sample.axes[twinAxis] == "B", value: $0)
                    }
                }
                guard !legs.isEmpty else { return nil }
                let noise = NoiseEstimate(legs)
                let values = legs.map(\.value).sorted()
                return Row(
                    cell: cell.id, label: cell.label, metric: metric, noise: noise,
                    range: values[0]...values[values.count - 1],
                    minimumDetectableEffect: noise.minimumDetectableEffect(rounds: plannedRounds),
                    contaminated: contaminated)
            }
        }
    }

    /// `cell,metric,legs,cv,minimum_detectable_effect,contaminated`
    package var csv: String {
        let header = ["cell", "metric", "legs", "cv", "minimum_detectable_effect", "contaminated"]
        let body = rows.map { row in
            [
                row.cell, row.metric.column, "\(row.noise.legs)", Self.field(row.noise.variation),
                Self.field(row.minimumDetectableEffect), CommaSeparated.number(row.contaminated),
            ]
        }
        return ([header] + body).map { CommaSeparated.row($0) + "\n" }.joined()
    }

    private static func field(_ value: Double?) -> String { value.map(CommaSeparated.number) ?? "" }

    /// The table for people.
    package var text: [[String]] {
        let header = [
            "cell", "metric", "legs", "variation", "smallest change found in \(plannedRounds) rounds", "drift",
            "contaminated",
        ]
        return [header]
            + rows.map { row in
                [
                    row.label.isEmpty ? row.cell : row.label, row.metric.title, "\(row.noise.legs)",
                    Self.percent(row.noise.variation), Self.percent(row.minimumDetectableEffect),
                    Self.percent(row.noise.drift), Self.percent(row.contaminated),
                ]
            }
    }

    /// The table for documentation: a row a cell, a metric's variation and range in each column; conditions below.
    package var markdown: String {
        var metrics: [Metric] = []
        for row in rows where !metrics.contains(where: { $0.column == row.metric.column }) {
            metrics.append(row.metric)
        }
        var cells: [String] = []
        for row in rows where !cells.contains(row.cell) { cells.append(row.cell) }
        let header = ["cell"] + metrics.map { "\($0.title): variation (range)" } + ["legs", "contaminated"]
        let body = cells.compactMap { cell -> [String]? in
            let own = rows.filter { $0.cell == cell }
            guard let first = own.first else { return nil }
            let figures = metrics.map { metric in
                own.first { $0.metric.column == metric.column }.map { row in
                    "\(Self.percent(row.noise.variation)) (\(metric.format(row.range.lowerBound)) to "
                        + "\(metric.format(row.range.upperBound)))"
                } ?? "–"
            }
            return [first.label.isEmpty ? cell : first.label] + figures
                + ["\(own.map(\.noise.legs).max() ?? 0)", Self.percent(first.contaminated)]
        }
        let rule = ["---"] + header.dropFirst().map { _ in "---:" }
        let lines = ([header, rule] + body).map { "| \($0.joined(separator: " | ")) |" }
        return lines.joined(separator: "\n") + "\n\n\(conditions)\n"
    }

    /// In plain words, which effects this machine can decide.
    package func sentences(effects: [Double] = [0.01, 0.03, 0.1]) -> [String] {
        guard let worst = rows.max(by: { ($0.noise.pairDeviation ?? 0) < ($1.noise.pairDeviation ?? 0) }),
            worst.noise.pairDeviation != nil
        else { return ["too few legs went well to say anything about noise"] }
        return effects.map { effect in
            let percent = Self.percent(effect)
            guard let rounds = worst.noise.rounds(toFind: effect) else {
                return "a change of \(percent) cannot be told from noise here in a thousand rounds"
            }
            return "a change of \(percent) takes \(rounds) rounds to be found (\(worst.metric.title))"
        }
    }

    static func percent(_ share: Double?) -> String {
        guard let share else { return "–" }
        return "\(SignificantDigits.format(share * 100, digits: 2)) %"
    }
}
