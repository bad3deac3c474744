package import Foundation
package import Results

/// Judges stored runs.
package enum GateCheck {
    /// The folder of a comparison of two builds, with its sides and, where there was one, its confirmation.
    ///
    /// - Throws: ``ResultsError`` if a side is missing or damaged, or the scenario has no gate.
    package static func comparison(_ folder: URL) throws(ResultsError) -> GateReport {
        let first = try sides(in: folder)
        let again = folder.appending(path: "confirmation")
        let fresh = FileManager.default.fileExists(atPath: again.path) ? try sides(in: again).sides : nil
        let judge = GateJudge(try gate(of: first.head))
        let findings = judge.findings(first.sides)
        return GateReport(
            scenario: first.head.plan.scenario, base: program(first.base), head: program(first.head),
            isUnverified: first.head.samples.contains { $0.status == .unverified },
            notes: judge.notes(first.sides),
            findings: judge.confirmed(findings, by: fresh?.only(ids(judge.suspects(findings), first.head.plan))))
    }

    /// Two runs of one scenario on one machine.
    ///
    /// - Throws: ``ResultsError`` if they are of two scenarios or machines, or there is no gate.
    package static func runs(base: Run, head: Run, confirmation: Run?) throws(ResultsError) -> GateReport {
        let judge = GateJudge(try gate(of: head))
        for other in [base] + (confirmation.map { [$0] } ?? []) {
            try refuse(other, of: other.plan.scenario, beside: head)
            try refuseOtherMachine(other, head)
        }
        func sides(_ head: Run) -> GateSides {
            // Cells are known by their coordinates: another version of the scenario may number them otherwise.
            let ids = Dictionary(base.plan.cells.map { ($0.axes.place, $0.id) }) { first, _ in first }
            let renamed = head.samples.compactMap { sample -> Sample? in
                guard let id = ids[sample.axes.place] else { return nil }
                var sample = sample
                sample.cell = id
                return sample
            }
            let cells = head.plan.cells.map { PlanSummary.Cell(id: ids[$0.axes.place] ?? "", axes: $0.axes) }
            return GateSides(cells: cells, base: base.samples, control: [], head: renamed, isPaired: false)
        }
        let all = sides(head)
        let findings = judge.confirmed(judge.findings(all), by: confirmation.map(sides))
        return GateReport(
            scenario: head.plan.scenario, base: base.folder.url.relativePath, head: head.folder.url.relativePath,
            isUnverified: head.samples.contains { $0.status == .unverified },
            notes: RunDifferences.sentences(base, head) + judge.notes(all), findings: findings)
    }

    /// A run against a baseline of another machine: both in shares of their machines' limits.
    package static func baseline(
        _ baseline: GateBaseline, head: Run, limits: MachineLimits, confirmation: Run?
    ) throws(ResultsError) -> GateReport {
        let judge = GateJudge(try gate(of: head))
        try refuse(head, of: baseline.scenario, beside: head)
        func sides(_ head: Run) -> GateSides {
            let mine = GateBaseline(head, limits: limits)
            return GateSides(
                cells: mine.sampleCells, base: baseline.samples, control: [], head: mine.samples, isPaired: false)
        }
        let all = sides(head)
        let findings = judge.confirmed(judge.findings(all), by: confirmation.map(sides))
        return GateReport(
            scenario: head.plan.scenario, base: "a stored baseline", head: head.folder.url.relativePath,
            isUnverified: head.samples.contains { $0.status == .unverified },
            notes: ["times are in shares of each machine's own limits"] + judge.notes(all), findings: findings,
            isInShares: true)
    }

    private static func sides(in folder: URL) throws(ResultsError) -> (sides: GateSides, base: Run, head: Run) {
        func read(_ side: String) throws(ResultsError) -> Run {
            try Run(reading: RunFolder.open(folder.appending(path: side), plotsRoot: folder))
        }
        let (base, control, head) = (try read("base"), try read("control"), try read("head"))
        let sides = GateSides(
            cells: head.plan.cells, base: base.samples, control: control.samples, head: head.samples, isPaired: true)
        return (sides, base, head)
    }

    private static func refuse(_ run: Run, of scenario: String, beside head: Run) throws(ResultsError) {
        guard scenario != head.plan.scenario else { return }
        throw ResultsError(
            path: run.folder.url.path,
            problem: "the scenarios differ: '\(scenario)' and '\(head.plan.scenario)'",
            remedy: "check runs of one scenario")
    }

    /// What a machine's processors are decides how fast everything else is.
    private static func refuseOtherMachine(_ run: Run, _ head: Run) throws(ResultsError) {
        for name in ["model", "online"] {
            let (ours, theirs) = (run.environment["processor", name], head.environment["processor", name])
            guard let ours, let theirs, ours != theirs else { continue }
            throw ResultsError(
                path: run.folder.url.path,
                problem: "this was measured on another machine: processor \(name) '\(ours)', and head's '\(theirs)'",
                remedy: "store it in shares of its machine's limits, \"sluice check \(run.folder.url.relativePath) "
                    + "--write-baseline FILE\", and check head against that: --baseline FILE")
        }
    }

    private static func gate(of run: Run) throws(ResultsError) -> GateSpec {
        guard let gate = run.plan.gate else {
            throw ResultsError(
                path: run.folder.plan.path, problem: "the run's scenario has no gate",
                remedy: "add 'gate: { metrics: { <metric>: 5% } }' to the scenario and run it again")
        }
        return gate
    }

    private static func program(_ run: Run) -> String {
        run.environment["program", "file"] ?? run.folder.url.relativePath
    }

    private static func ids(_ places: Set<String>, _ plan: PlanSummary) -> Set<String> {
        Set(plan.cells.filter { places.contains($0.axes.place) }.map(\.id))
    }
}
