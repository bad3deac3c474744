import Results

/// How the cells of a run are spread over the panels and series of a chart that the scenario does not describe: the axis
/// that the run decides on makes the series, the situations make the panels.
struct CellGroups {
    struct Panel {
        var heading: String
        /// One for each series; nil where the matrix has no such cell.
        var cells: [String?]
    }

    let seriesTitle: String
    let seriesNames: [String]
    let panels: [Panel]
    /// How many situations there are; more than ``panels`` where they would not fit.
    let situations: Int

    private static let mostPanels = 6
    private static let mostCurves = 7

    init(_ run: Run) {
        let plan = run.plan
        let varying = plan.axes.map(\.key).filter { key in Set(plan.cells.map { $0.axes[key] }).count > 1 }
        let decided = Answer.decidedAxis(of: plan)?.key
        // A matrix that fits into one panel needs no others.
        let seriesKeys = plan.cells.count <= Self.mostCurves ? varying : varying.filter { $0 == decided }
        let panelKeys = varying.filter { !seriesKeys.contains($0) }
        func name(_ cell: PlanSummary.Cell, _ keys: [String]) -> [String] { keys.map { cell.axes[$0] ?? "" } }
        func distinct(_ keys: [String]) -> [[String]] {
            var seen: [[String]] = []
            for cell in plan.cells where !seen.contains(name(cell, keys)) { seen.append(name(cell, keys)) }
            return seen
        }
        let names = distinct(seriesKeys)
        let places = distinct(panelKeys)
        seriesTitle = seriesKeys.joined(separator: ", ")
        seriesNames = names.map { $0.map(ChartLayout.shortened).joined(separator: ", ") }
        situations = places.count
        // The first and the last of many situations lie furthest apart.
        let shown =
            places.count <= Self.mostPanels
            ? places
            : (0..<Self.mostPanels).map { places[$0 * (places.count - 1) / (Self.mostPanels - 1)] }
        panels = shown.map { place in
            Panel(
                heading: place.map(ChartLayout.shortened).joined(separator: ", "),
                cells: names.map { wanted in
                    plan.cells.first { name($0, panelKeys) == place && name($0, seriesKeys) == wanted }?.id
                })
        }
    }

    /// ` (6 of 12 situations)`, or nothing where all are shown.
    var omission: String { panels.count < situations ? " (\(panels.count) of \(situations) situations)" : "" }
}
