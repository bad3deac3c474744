import Results

/// A chart's content, apart from how it is drawn: what is asked for by a ``ChartSpec`` and found in a run.
struct Chart {
    enum Style: Equatable {
        /// Medians joined by lines.
        case lines
        /// Bars from zero.
        case bars
        /// Points over names: what stands in for bars where the values need a logarithmic axis, on which a bar's length
        /// has no meaning.
        case dots
    }

    struct Point: Equatable {
        /// The index of the x value.
        var x: Int
        var estimate: Estimate
        /// The value of each leg.
        var legs: [Double]
        /// What it would be at best; nil where the chart has no such line.
        var ideal: Double?
        /// What the machine can do at most; nil where that is not known.
        var limit: Limit?
    }

    struct Limit: Equatable {
        /// A few words, the same for all points that one kind of limit bounds.
        var title: String
        var value: Double
    }

    struct Panel: Equatable {
        /// `key = value`; empty for a chart without facets.
        var heading: String
        /// For each series, its points by rising x; a cell without a value is absent.
        var series: [[Point]]
    }

    /// A line further above the values is left out.
    static let reach = 2.0

    var title: String
    /// What the chart's marks are.
    var subtitle: String
    var metric: Metric
    var xTitle: String
    var x: AxisScale
    var style: Style
    /// The names of the series; a single empty name for a chart without series.
    var seriesNames: [String]
    /// What the series names are values of.
    var seriesTitle: String
    var panels: [Panel]
    /// Whether the vertical axis is logarithmic.
    var isLogarithmic: Bool

    /// All numbers that the vertical axis has to show, in base units.
    var extent: (low: Double, high: Double)? {
        let points = panels.flatMap { $0.series.flatMap { $0 } }
        let values = points.flatMap {
            $0.legs + [$0.estimate.median, $0.estimate.low, $0.estimate.high].compactMap { $0 }
        }
        guard let low = values.min(), let high = values.max() else { return nil }
        // Far above the values the ideal line leaves the chart, rather than press them to its floor.
        let lines = (points.compactMap(\.ideal) + points.compactMap(\.limit?.value)).filter {
            $0 <= Self.reach * high && $0 >= low / Self.reach
        }
        return (min(low, lines.min() ?? low), max(high, lines.max() ?? high))
    }
}
