internal import Experiments
internal import Foundation
internal import Reporting
internal import Results
internal import Runner

/// One scenario through the gate: pairs until it is decided, then suspected regressions once more.
struct GateRun {
    let plan: Plan
    let programs: PairedSession.Programs
    let results: URL
    /// Where legs keep their data; nil is the run's own folder.
    let data: URL?
    let mostPairs: Int
    let command: String

    /// Measures and judges.
    ///
    /// - Returns: The outcome, and the folder of the comparison, where its files belong.
    func report() async throws -> (GateReport, URL) {
        let folder = try freshFolder()
        let session = try PairedSession(
            plan, programs: programs, in: folder, data: data, command: command, seed: plan.seed)
        guard let gate = session.summary.gate else { preconditionFailure("a plan without a gate is not run") }
        let judge = GateJudge(gate)
        var open = Set(plan.cells.map(\.id))
        var findings: [GateFinding] = []
        // How many pairs there are is fixed beforehand; only whether a cell needs the next stage is looked at.
        for stage in GateSpec.stages where stage <= mostPairs && !open.isEmpty {
            try await session.run(open, upTo: stage)
            findings = judge.findings(await Self.sides(session))
            open = ids(judge.undecided(findings))
            let suspects = ids(judge.suspects(findings))
            Terminal.note(
                "\(plan.scenario): \(stage) pairs; \(open.count) of \(plan.cells.count) cells undecided, "
                    + "\(suspects.count) suspected")
        }
        var unverified = await session.samples(of: .head).contains { $0.status == .unverified }
        let suspects = ids(judge.suspects(findings))
        if !suspects.isEmpty {
            Terminal.note("\(plan.scenario): measuring what is suspected once more")
            let again = try PairedSession(
                plan, programs: programs, in: folder.appending(path: "confirmation"), data: data, command: command,
                seed: plan.seed &+ 0x9E37_79B9)
            try await again.run(suspects, upTo: judge.confirmationPairs(findings))
            findings = judge.confirmed(findings, by: await Self.sides(again).only(suspects))
            let fresh = await again.samples(of: .head)
            unverified = unverified || fresh.contains { $0.status == .unverified }
        }
        let report = GateReport(
            scenario: plan.scenario, base: programs.base, head: programs.head, isUnverified: unverified,
            notes: judge.notes(await Self.sides(session)), findings: findings)
        return (report, folder)
    }

    private func ids(_ places: Set<String>) -> Set<String> {
        Set(plan.cells.filter { places.contains($0.label) }.map(\.id))
    }

    private static func sides(_ session: PairedSession) async -> GateSides {
        GateSides(
            cells: session.summary.cells, base: await session.samples(of: .base),
            control: await session.samples(of: .control), head: await session.samples(of: .head), isPaired: true)
    }

    /// `<results>/<scenario>/ab-<start>`.
    private func freshFolder() throws -> URL {
        let parent = results.appending(path: plan.scenario, directoryHint: .isDirectory)
        let stamp = Date().formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted))
        var folder = parent.appending(path: "ab-\(stamp)", directoryHint: .isDirectory)
        var attempt = 1
        while FileManager.default.fileExists(atPath: folder.path) {
            attempt += 1
            folder = parent.appending(path: "ab-\(stamp)-\(attempt)", directoryHint: .isDirectory)
        }
        return folder
    }
}

/// The files of a gate's outcome: `gate.json`, `gate.md` and `junit.xml`.
enum GateFiles {
    static func write(_ report: GateReport, to folder: URL) throws {
        try report.write(to: folder.appending(path: "gate.json"))
        let document = GateDocument(report)
        try Data(document.render(.markdown).utf8).write(results: folder.appending(path: "gate.md"))
        try Data(document.render(.junit).utf8).write(results: folder.appending(path: "junit.xml"))
        Terminal.note("Data    \(folder.relativePath)")
    }
}
