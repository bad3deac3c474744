package import Experiments
package import Foundation
internal import LinuxKernel
internal import Measurement
package import Results

/// Two builds of the program side by side, one cell after another: in each round of a cell the base, the base again as
/// a control that no change can move, and the head, one right after the other in a balanced random order.
///
/// Every side has a run's folder of its own, which all commands that read runs can read.
package actor PairedSession {
    /// Whose legs they are.
    package enum Side: String, Sendable, CaseIterable {
        case base
        case control
        case head
    }

    /// The programs that are compared.
    package struct Programs: Sendable {
        package var base: String
        package var head: String
        /// A fault that head's brokers are given, to see whether it is found.
        package var handicap: String?

        package init(base: String, head: String, handicap: String? = nil) {
            self.base = base
            self.head = head
            self.handicap = handicap
        }
    }

    package nonisolated let plan: Plan
    package nonisolated let summary: PlanSummary
    /// The folder above those of the sides.
    package nonisolated let folder: URL
    private let sides: [Side: SideRun]
    private let dataDirectory: String
    private let surroundings: Surroundings
    private var legCount = 0
    private var roundsDone: [String: Int] = [:]
    private let cellOrder: [[Int]]
    private let sideOrder: [[Int]]

    /// One side: who runs its legs, and where their rows go.
    private final class SideRun {
        let launcher: LegLauncher
        let folder: RunFolder
        let file: SamplesFile
        var samples: [Sample] = []

        init(_ launcher: LegLauncher, _ folder: RunFolder, _ file: SamplesFile) {
            self.launcher = launcher
            self.folder = folder
            self.file = file
        }
    }

    /// Makes the folders of the sides in `folder`, which is made too.
    ///
    /// - Parameters:
    ///   - data: Where legs keep their data while they run; nil is `folder`.
    ///   - seed: What the orders are drawn from, so that a confirmation has others than what it confirms.
    package init(
        _ plan: Plan, programs: Programs, in folder: URL, data: URL?, command: String, seed: UInt64
    ) throws {
        self.plan = plan
        self.folder = folder
        summary = PlanSummary(plan, command: command)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let identity = try FileIdentity(of: folder.path)
        dataDirectory = (data ?? folder).appending(path: "data-ab-\(identity.inode)").path
        plan.probeMemory()
        let environment = Environment.capture(dataPath: (data ?? folder).path)
        let (surroundings, reserve) = (Surroundings(), MemoryReserve())
        self.surroundings = surroundings
        var sides: [Side: SideRun] = [:]
        for side in Side.allCases {
            let program = side == .head ? programs.head : programs.base
            let own = try RunFolder.make(at: folder.appending(path: side.rawValue))
            try PlanFile.write(plan, report: summary, to: own.plan)
            var conditions = environment
            conditions.facts.append(.init("program", "file", program))
            conditions.facts.append(.init("program", "side", side.rawValue))
            try conditions.write(to: own.environment)
            let launcher = LegLauncher(
                program: program, dataDirectory: dataDirectory, target: plan.target, seed: plan.seed,
                surroundings: surroundings, reserve: reserve, knownSettings: try ProgramSettings.names(of: program),
                handicap: side == .head ? programs.handicap : nil)
            sides[side] = SideRun(
                launcher, own, try SamplesFile.create(at: own.samples, schema: summary.samplesSchema))
        }
        self.sides = sides
        let most = GateSpec.stages.max() ?? 1
        cellOrder = LegOrder.rounds(most, cells: plan.cells.count, seed: seed)
        sideOrder = LegOrder.rounds(most * plan.cells.count, cells: Side.allCases.count, seed: seed &+ 1)
    }

    /// The legs of a side so far.
    package func samples(of side: Side) -> [Sample] { sides[side]?.samples ?? [] }

    /// Runs the cells `ids` until each has `rounds` rounds. Cancelled, it ends the leg that is running
    /// and keeps what is done.
    package func run(_ ids: Set<String>, upTo rounds: Int) async throws {
        removeData()
        try Directory.create(dataDirectory)
        defer { removeData() }
        let cells = plan.cells.filter { ids.contains($0.id) }
        let total = cells.reduce(0) { $0 + max(0, rounds - roundsDone[$1.id, default: 0]) } * Side.allCases.count
        let perLeg = plan.estimate.seconds / Double(max(1, plan.legs.count))
        var progress = Progress(total: total, estimatedSeconds: perLeg * Double(total))
        defer { progress.end() }
        if legCount == 0 { try await progress.sayHowBusy(surroundings, before: plan) }
        for round in 1...rounds {
            for index in cellOrder[round - 1] where ids.contains(plan.cells[index].id) {
                let cell = plan.cells[index]
                guard roundsDone[cell.id, default: 0] < round else { continue }
                for place in sideOrder[(round - 1) * plan.cells.count + index] {
                    try Task.checkCancellation()
                    try await run(Side.allCases[place], cell, round, of: rounds, perLeg, &progress)
                }
                roundsDone[cell.id] = round
            }
        }
    }

    private func run(
        _ side: Side, _ cell: Cell, _ round: Int, of rounds: Int, _ perLeg: Double, _ progress: inout Progress
    ) async throws {
        guard let own = sides[side] else { return }
        legCount += 1
        let leg = Leg(number: legCount, round: round, cell: cell)
        progress.starting(leg, rounds: rounds)
        // An estimate can be wrong by much on a slow disk; a leg that hangs is what this is for.
        let result = try await own.launcher.run(leg, timeLimit: .seconds(60 + 20 * perLeg))
        try Task.checkCancellation()
        let axes = cell.axes.map { AxisValue($0.key, $0.value) }
        let sample = result.sample(cell: cell.id, round: round, leg: legCount, axes: axes)
        try own.folder.writeLatencies(result.latencies, of: sample)
        try own.file.append(sample)
        own.samples.append(sample)
        progress.finished(leg, result)
    }

    private func removeData() {
        do throws(SystemError) {
            if try Directory.exists(dataDirectory) { try Directory.removeTree(dataDirectory) }
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("sluice: leftover data: \(error)\n".utf8))
        }
    }
}
