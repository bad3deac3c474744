import Foundation
package import Results

/// A run as its folder holds it: all that its charts, its report and its table are made from.
package struct Run: Sendable {
    package let folder: RunFolder
    package let plan: PlanSummary
    package let environment: Environment
    /// The columns that `samples.csv` has.
    package let schema: SamplesSchema
    package let samples: [Sample]
    /// What the machine can do at most; nil where the run did not ask.
    package let limits: [MeasuredLimit]?
    /// The cells in the plan's order, those without a sample included.
    package let cells: [CellSummary]
    /// The plan's claims, judged.
    package private(set) var claims: [ClaimFinding] = []

    /// Reads `plan.json`, `environment.json`, `samples.csv` and `limits.csv`, and summarises the samples.
    ///
    /// - Throws: ``ResultsError`` for a file that is missing, damaged or does not fit the plan.
    package init(reading folder: RunFolder) throws(ResultsError) {
        let plan = try PlanFile.readReport(from: folder.plan)
        // The header is read as it stands, so that a run of an older version with fewer metrics can still be drawn.
        let (samples, schema) = try SamplesFile.read(folder.samples)
        guard schema.axes == plan.axes.map(\.key) else {
            throw ResultsError(
                path: folder.samples.path, line: 1,
                problem: "the axes \(schema.axes) are not the plan's \(plan.axes.map(\.key))",
                remedy: "samples.csv and plan.json belong to different runs")
        }
        try plan.check(samples, in: folder.samples)
        self.init(
            folder: folder, plan: plan, environment: try Environment.read(folder.environment), schema: schema,
            samples: samples, limits: try LimitsFile.read(folder.limits))
    }

    /// A run whose parts are at hand.
    package init(
        folder: RunFolder, plan: PlanSummary, environment: Environment, schema: SamplesSchema, samples: [Sample],
        limits: [MeasuredLimit]? = nil
    ) {
        self.folder = folder
        self.plan = plan
        self.environment = environment
        self.schema = schema
        self.samples = samples
        self.limits = limits
        self.cells = LimitShares.added(
            to: Summarizer.summarize(samples, cells: plan.cells, seed: plan.seed), plan.cells, limits ?? [])
        claims = ClaimJudge.judge(self)
    }

    /// Writes `summary.csv` and `claims.csv`.
    package func writeSummary() throws(ResultsError) {
        try SummaryFile.write(cells, schema: schema, to: folder.summary)
        try ClaimsFile.write(claims.flatMap(\.rows), to: folder.claims)
    }

    /// The cells of which nothing can be said because each of their legs was contaminated, in sentences with the reason.
    package var spoiltCells: [String] {
        zip(plan.cells, cells).compactMap { planned, cell in
            let legs = samples.filter { $0.cell == planned.id }
            guard let last = legs.last, legs.allSatisfy({ $0.status == .contaminated }) else { return nil }
            let label = planned.axes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            return
                "\(label.isEmpty ? planned.id : label): no leg counts, \(legs.count) of \(legs.count) are contaminated; "
                + "the last: \(last.reason)"
        }
    }

    /// The legs of `cell` that its estimates rest on.
    func measuredLegs(of cell: String) -> [Sample] {
        samples.filter { $0.cell == cell && $0.status == .ok }
    }
}
