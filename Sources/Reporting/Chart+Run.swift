import Results

extension Chart {
    /// Values this many times apart are drawn on a logarithmic axis.
    private static let wideRatio = 50.0

    /// The chart that `spec` asks for, or nil if no leg of the run measured the metric.
    ///
    /// Axes that the spec does not name are never mixed: they become part of the series.
    init?(_ spec: ChartSpec, of run: Run) {
        guard let metric = MetricCatalog.metric(named: spec.metric) else { return nil }
        let cells = run.cells.filter { cell in spec.only.allSatisfy { cell.axes[$0.key] == $0.value } }
        func values(of key: String) -> [String] {
            let occurring = Set(cells.compactMap { $0.axes[key] })
            return (run.plan.axes.first { $0.key == key }?.values ?? []).filter(occurring.contains)
        }
        // A single panel needs no heading: what all its cells share stands among the conditions.
        let facet = spec.facet.flatMap { values(of: $0).count > 1 ? $0 : nil }
        let facetValues = facet.map { values(of: $0).map(Optional.some) } ?? [nil]
        let seriesKeys = run.plan.axes.map(\.key).filter { key in
            key != spec.x && key != facet && values(of: key).count > 1 || key == spec.series
        }
        let xValues = values(of: spec.x)
        guard !xValues.isEmpty, let measured = Self.measured(metric, cells, of: run) else { return nil }

        let panelWidth = ChartLayout.width * 0.85 / Double(ChartLayout.columns(of: facetValues.count))
        let labelWidth = ChartLayout.textWidth(xValues.map { ChartLayout.shortened($0).count }.max() ?? 1)
        let scale = AxisScale(xValues, slots: panelWidth / (labelWidth + 8), forceNames: spec.kind == .bars)

        var names: [[String]] = []
        for cell in cells {
            let name = seriesKeys.map { cell.axes[$0] ?? "" }
            if !names.contains(name) { names.append(name) }
        }
        let medians = measured.map(\.estimate.median)
        let positive = medians.allSatisfy { $0 > 0 } && measured.allSatisfy { $0.legs.allSatisfy { $0 > 0 } }
        let isWide = positive && (medians.max() ?? 1) / (medians.min() ?? 1) > Self.wideRatio
        let wantsLines = spec.kind == .lines || (spec.kind == .auto && scale.spacing != .names)

        self.metric = metric
        self.x = scale
        self.isLogarithmic = isWide
        self.style = wantsLines ? .lines : isWide ? .dots : .bars
        self.xTitle = spec.x + (scale.spacing == .even ? " (evenly spaced)" : "")
        self.title = spec.title ?? "\(metric.title) by \(spec.x)"
        self.subtitle = Self.subtitle(of: run, isLogarithmic: isWide, hasIdeal: spec.ideal != nil)
        self.seriesNames = names.map { $0.map(ChartLayout.shortened).joined(separator: ", ") }
        self.seriesTitle = seriesKeys.joined(separator: ", ")
        self.panels = facetValues.map { panel in
            let series = names.map { name in
                let points = scale.labels.indices.compactMap { index -> Point? in
                    let cell = cells.first { cell in
                        cell.axes[spec.x] == scale.labels[index] && seriesKeys.map { cell.axes[$0] ?? "" } == name
                            && (panel == nil || cell.axes[facet ?? ""] == panel)
                    }
                    guard let cell, let estimate = cell.metrics[metric.column] else { return nil }
                    let legs = run.measuredLegs(of: cell.cell).compactMap { $0.metrics[metric.column] }
                    let limit = cell.limits[metric.column].map { Limit(title: $0.title, value: $0.value) }
                    return Point(x: index, estimate: estimate, legs: legs, limit: limit)
                }
                return spec.ideal == nil ? points : Self.withIdeal(points, scale)
            }
            return Panel(
                heading: panel.map { "\(facet ?? "") = \(ChartLayout.shortened($0))" } ?? "", series: series)
        }
    }

    /// The points of a series with what each would be if the value grew as x does, from the first point on.
    private static func withIdeal(_ points: [Point], _ scale: AxisScale) -> [Point] {
        guard let first = points.first, let start = AxisScale.number(scale.labels[first.x]), start > 0 else {
            return points
        }
        return points.map { point in
            var point = point
            point.ideal = AxisScale.number(scale.labels[point.x]).map { first.estimate.median * $0 / start }
            return point
        }
    }

    private static func measured(_ metric: Metric, _ cells: [CellSummary], of run: Run) -> [Point]? {
        let points = cells.compactMap { cell in
            cell.metrics[metric.column].map { estimate in
                Point(
                    x: 0, estimate: estimate,
                    legs: run.measuredLegs(of: cell.cell).compactMap { $0.metrics[metric.column] })
            }
        }
        return points.isEmpty ? nil : points
    }

    private static func subtitle(of run: Run, isLogarithmic: Bool, hasIdeal: Bool) -> String {
        let counts = run.cells.map(\.legs).filter { $0 > 0 }
        let legs = counts.min() == counts.max() ? "\(counts.max() ?? 0)" : "\(counts.min() ?? 0)–\(counts.max() ?? 0)"
        let what =
            if counts.max() ?? 0 >= Summarizer.fewestLegs {
                "median of \(legs) legs with 95 % interval; faint points are single legs"
            } else if counts.max() ?? 0 > 1 {
                "median of \(legs) legs, too few for an interval; faint points are single legs"
            } else {
                "one leg, so no interval"
            }
        let ideal = hasIdeal ? "; grey is ideal, % of it reached" : ""
        let marks = "\(what)\(isLogarithmic ? "; logarithmic scale" : "")\(ideal)"
        let whole = "\(run.plan.title): \(marks)"
        // The run's title gives way to the explanation of the marks.
        return ChartLayout.fitted(whole) == whole ? whole : marks.prefix(1).uppercased() + marks.dropFirst()
    }
}
