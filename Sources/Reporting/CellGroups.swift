import Results

/// How the cells of a run are spread over the panels and series of a chart that the scenario does not describe: the
/// axis that the run decides on makes the series, the situations make the panels.
struct CellGroups {
    struct Panel {
        var heading: String
        /// One for each series; nil where the matrix has no such cell.
        var cells: [String?]
    }

    let seriesTitle: String
    let seriesNames: [String]
    let panels: [Panel]

    private static let mostPanels = 6
    private static let mostCurves = 4

    init(_ run: Run) {
        let plan = run.plan
        let varying = plan.axes.map(\.key).filter { key in Set(plan.cells.map { $0.axes[key] }).count > 1 }
        let decided = Answer.decidedAxis(of: plan)?.key
        // A few curves can be told apart in one panel.
        let seriesKeys =
            plan.cells.count <= Self.mostCurves || varying.count == 1 ? varying : varying.filter { $0 == decided }
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
        // The first and the last of many situations lie furthest apart.
        let shown =
            places.count <= Self.mostPanels
            ? places
            : (0..<Self.mostPanels).map { places[$0 * (places.count - 1) / (Self.mostPanels - 1)] }
        let omission = shown.count < places.count ? ", \(shown.count) of \(places.count) shown" : ""
        panelsText = panelKeys.count > 1 ? "; panels by \(panelKeys.joined(separator: ", "))\(omission)" : omission
        panels = shown.map { place in
            Panel(
                heading: (panelKeys.count == 1 ? "\(panelKeys[0]) = " : "")
                    + place.map(ChartLayout.shortened).joined(separator: ", "),
                cells: names.map { wanted in
                    plan.cells.first { name($0, panelKeys) == place && name($0, seriesKeys) == wanted }?.id
                })
        }
    }

    /// What the headings are values of, and how many situations are left out: ` panels by
    /// producer.batch.size, flush, 6 of 12 shown`.
    let panelsText: String
}
