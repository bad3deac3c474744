extension Plan {
    /// The axis that tells twins apart.
    package static let twinAxis = "twin"

    /// The same plan with every cell twice, as A and A again, in orders drawn for twice as many cells: what
    /// differs between twins is noise.
    ///
    /// - Parameter rounds: How often each twin is run.
    package func twinned(rounds: Int) -> Plan {
        var plan = self
        plan.scenario = "noise-" + scenario
        plan.title = "Noise of: \(title)"
        plan.rounds = rounds
        plan.axes.append(Axis(key: Self.twinAxis, values: ["A", "B"], isBundle: true))
        plan.cells = cells.flatMap { cell in
            ["A", "B"].map { twin in
                Cell(
                    id: cell.id + twin.lowercased(), axes: cell.axes + [AxisPoint(key: Self.twinAxis, value: twin)],
                    settings: cell.settings)
            }
        }
        let order = LegOrder.rounds(rounds, cells: plan.cells.count, seed: seed)
        plan.order = order.map { $0.map { plan.cells[$0].id } }
        plan.claims = []
        plan.charts = []
        let perLeg = estimate.seconds / Double(max(1, legs.count))
        plan.estimate.seconds = perLeg * Double(plan.legs.count)
        plan.estimate.writtenBytes = estimate.writtenBytes / max(1, legs.count) * plan.legs.count
        return plan
    }
}
