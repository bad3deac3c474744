/// Where the series' marks stand around the places of the x values, so that they do not hide each other.
struct SeriesPlaces {
    private let positions: [Double]
    private let count: Int
    /// The distance between neighbouring series.
    private let step: Double
    /// The width over which the legs of one cell are spread.
    private let spread: Double
    /// The width of a bar.
    let boxWidth: Double

    init(_ chart: Chart) {
        positions = chart.x.positions
        count = chart.seriesNames.count
        let narrowest = zip(positions, positions.dropFirst()).map { $1 - $0 }.min() ?? 1
        switch chart.style {
        case .lines:
            // A few pixels, as long as neighbouring x values stay apart.
            let span = (positions.last ?? 0) + 0.5
            step = min(span * 0.006, 0.3 * narrowest / Double(count))
            spread = 0
        case .dots:
            step = 0.7 / Double(count)
            spread = step * 0.4
        case .bars:
            step = 0.8 / Double(max(2, count))
            spread = step * 0.5
        }
        boxWidth = step * 0.92
    }

    func center(of x: Int, series: Int) -> Double {
        positions[x] + (Double(series) - Double(count - 1) / 2) * step
    }

    func place(ofLeg leg: Int, of legs: Int, x: Int, series: Int) -> Double {
        let offset = legs > 1 ? (Double(leg) / Double(legs - 1) - 0.5) * spread : 0
        return center(of: x, series: series) + offset
    }
}
