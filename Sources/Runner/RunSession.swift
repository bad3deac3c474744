internal import Emulation
package import Experiments
package import Foundation
internal import LinuxKernel
internal import Measurement
package import Results

/// One run: its folder, its legs in their order, their rows.
package actor RunSession {
    package nonisolated let plan: Plan
    package nonisolated let folder: RunFolder
    /// How each cell's leg of each round ended last.
    private var endings: [LegKey: LegStatus] = [:]

    private let summary: PlanSummary
    private let samples: SamplesFile
    /// The numbers that legs have; a repetition gets one of its own.
    private var numbers: Set<Int> = []
    private let launcher: LegLauncher
    private let limits: RunLimits
    /// The legs that have no row yet, or one that says that they went wrong.
    private nonisolated let legsLeft: [Leg]
    /// Held while the run goes on, so that nobody resumes it meanwhile.
    private let lock: File

    private struct LegKey: Hashable {
        var cell: String
        var round: Int
    }

    /// Where a run's files and data go.
    package struct Places {
        package var results: URL
        package var plots: URL
        /// Where legs keep their data while they run; nil is the run's own folder.
        package var data: URL?

        package init(results: URL, plots: URL, data: URL? = nil) {
            self.results = results
            self.plots = plots
            self.data = data
        }
    }

    /// Makes the folder of a new run with its plan and environment.
    package static func start(
        _ plan: Plan, places: Places, limits: LimitsChoice, command: String, program: String
    ) throws -> RunSession {
        let checks = try checkDisks(of: plan, places: places, program: program)
        let folder = try RunFolder.create(scenario: plan.scenario, resultsRoot: places.results, plotsRoot: places.plots)
        var summary = PlanSummary(plan, command: command)
        summary.run = "\(folder.scenario)/\(folder.id)"
        try PlanFile.write(plan, report: summary, to: folder.plan)
        let lock = try Self.lock(folder)
        let samples = try SamplesFile.create(at: folder.samples, schema: summary.samplesSchema)
        try TimelineFile.create(at: folder.timeline)
        let session = try RunSession(
            plan, folder, lock, summary, samples, done: [], places: places, limits: limits, program: program)
        plan.probeMemory()
        var environment = Environment.capture(dataPath: places.data?.path ?? folder.url.path)
        environment.facts += checks.flatMap { Environment.facts($0) } + Environment.facts(EmulationPlan(plan))
        try environment.write(to: folder.environment)
        try folder.makeLatest()
        return session
    }

    /// Goes on with the newest run of the scenario, which was interrupted; its plan must be the same.
    package static func resume(
        _ plan: Plan, places: Places, limits: LimitsChoice, program: String, notice: (String) -> Void
    ) throws -> RunSession {
        let latest = places.results.appending(path: plan.scenario).appending(path: "latest")
        guard FileManager.default.fileExists(atPath: latest.path) else {
            throw ResultsError(
                path: latest.path, problem: "there is no run of '\(plan.scenario)' to go on with",
                remedy: "start one without --resume, or name its folder with --results")
        }
        let folder = try RunFolder.open(latest, plotsRoot: places.plots)
        let lock = try Self.lock(folder)
        let before = try PlanFile.readPlan(Plan.self, from: folder.plan)
        guard before == plan else {
            throw ResultsError(
                path: folder.plan.path, problem: "the interrupted run had another plan",
                remedy: "give the options that it was started with, or start a new run without --resume")
        }
        _ = try checkDisks(of: plan, places: places, program: program)
        let summary = try PlanFile.readReport(from: folder.plan)
        let opened = try SamplesFile.resume(at: folder.samples, schema: summary.samplesSchema)
        try check(opened.samples, of: plan, in: folder.samples)
        try summary.check(opened.samples, in: folder.samples)
        if let text = opened.notice { notice(text) }
        let session = try RunSession(
            plan, folder, lock, summary, opened.file, done: opened.samples, places: places, limits: limits,
            program: program)
        let done = session.plan.legs.count - session.legsLeft.count
        notice("resuming \(folder.url.relativePath): \(done) of \(plan.legs.count) legs are done")
        return session
    }

    /// Every row is a leg of the plan, and none stands there twice; one that went wrong may have been repeated.
    private static func check(_ samples: [Sample], of plan: Plan, in file: URL) throws(ResultsError) {
        let planned = Set(plan.legs.map { LegKey(cell: $0.cell.id, round: $0.round) })
        var done: Set<LegKey> = []
        var numbers: Set<Int> = []
        for (index, sample) in samples.enumerated() {
            let key = LegKey(cell: sample.cell, round: sample.round)
            let isNew = numbers.insert(sample.leg).inserted && !done.contains(key)
            if sample.status.isFinal { done.insert(key) }
            if planned.contains(key), isNew { continue }
            throw ResultsError(
                path: file.path,
                problem: "row \(index + 1), cell \(sample.cell) in round \(sample.round), "
                    + "is not in the plan or stands there twice",
                remedy: "remove that row, or start a new run without --resume")
        }
    }

    /// Removes what a killed run left, and measures whether emulated disks really are what the plan asks for.
    private static func checkDisks(of plan: Plan, places: Places, program: String) throws -> [DiskCheck] {
        EmulationPlan.removeLeftovers()
        let emulation = EmulationPlan(plan)
        guard !emulation.disks.isEmpty else { return [] }
        let identity = "\(ProcessHandle.currentIdentifier)-\(MonotonicClock.now())"
        let directory = (places.data ?? places.results).appending(path: "disk-check-\(identity)").path
        try Directory.create(directory)
        defer {
            EmulationPlan.removeLeftovers()
            try? Directory.removeTree(directory)
        }
        var checks = try emulation.check(program: program, in: directory)
        // A throttle lets through what it lets through: a disk that was off once and is right the next
        // time was disturbed.
        for _ in 1..<DiskCheck.attempts where checks.contains(where: { $0.objection != nil }) {
            checks = try emulation.check(program: program, in: directory)
        }
        if let objection = checks.lazy.compactMap(\.objection).first {
            throw EmulationError(
                "\(objection), which is more than \(Int(DiskCheck.tolerance * 100)) % off, "
                    + "\(DiskCheck.attempts) times over; is the disk below fast enough for all of them, and idle?")
        }
        return checks
    }

    private static func lock(_ folder: RunFolder) throws -> File {
        let file = try File(folder.plan.path, .readOnly)
        guard try file.tryLock() else {
            throw ResultsError(
                path: folder.url.path, problem: "this run is still going on in another process",
                remedy: "wait for it, or start a new run without --resume")
        }
        return file
    }

    private init(
        _ plan: Plan, _ folder: RunFolder, _ lock: consuming File, _ summary: PlanSummary, _ samples: SamplesFile,
        done: [Sample], places: Places, limits: LimitsChoice, program: String
    ) throws {
        self.plan = plan
        self.folder = folder
        self.lock = lock
        self.summary = summary
        self.samples = samples
        self.limits = RunLimits(plan, limits, results: places.results)
        numbers = Set(done.map(\.leg))
        // The last row of a leg is how it ended: nothing is repeated that ended well.
        let endings = Dictionary(
            done.map { (LegKey(cell: $0.cell, round: $0.round), $0.status) }, uniquingKeysWith: { $1 })
        self.endings = endings
        legsLeft = plan.legs.filter { endings[LegKey(cell: $0.cell.id, round: $0.round)]?.isFinal != true }
        // Runs of one second may share a place for data; the inode of a run's folder is its own.
        let identity = try FileIdentity(of: folder.url.path)
        let data = (places.data ?? folder.url).appending(path: "data-\(folder.id)-\(identity.inode)")
        launcher = LegLauncher(
            program: program, dataDirectory: data.path, target: plan.target, seed: plan.seed,
            surroundings: Surroundings(), reserve: MemoryReserve())
    }

    /// Runs the legs that have no row yet. Cancelled, it ends the leg that is running and keeps what is done.
    package func run() async throws {
        // What a killed run left there must not be found by a leg, which expects a directory of its own.
        removeData()
        try Directory.create(launcher.dataDirectory)
        defer { removeData() }
        let perLeg = plan.estimate.seconds / Double(max(1, plan.legs.count))
        var progress = Progress(total: legsLeft.count, estimatedSeconds: perLeg * Double(legsLeft.count))
        defer { progress.end() }
        // What a run that goes on has measured stays.
        if !FileManager.default.fileExists(atPath: folder.limits.path) {
            let measured = try limits.measure(in: launcher.dataDirectory) { progress.say("\(plan.scenario): \($0)") }
            try LimitsFile.write(measured, to: folder.limits)
        }
        try await progress.sayHowBusy(launcher.surroundings, before: plan)
        var budget = RepeatBudget(plan, used: numbers.count { $0 > plan.legs.count })
        for round in 1...max(1, plan.rounds) {
            // Those that were contaminated come again at the end of their round: the disturbance may have passed, and
            // what is compared within the round is still near.
            var waiting = legsLeft.filter { $0.round == round }
            while !waiting.isEmpty {
                var again: [Leg] = []
                for leg in waiting {
                    try Task.checkCancellation()
                    let leg = numbered(leg)
                    progress.starting(leg, rounds: plan.rounds)
                    // An estimate can be wrong by much on a slow disk; a leg that hangs is what this is for.
                    let result = try await launcher.run(leg, timeLimit: .seconds(60 + 20 * perLeg))
                    try Task.checkCancellation()
                    try keep(result, of: leg)
                    progress.finished(leg, result)
                    if result.status == .contaminated, budget.take() {
                        again.append(leg)
                        progress.repeating()
                    }
                }
                waiting = again
            }
        }
    }

    /// The leg under a number that no row has: its own, or, when it is repeated, one behind all of the plan.
    private func numbered(_ leg: Leg) -> Leg {
        var leg = leg
        if numbers.contains(leg.number) { leg.number = max(plan.legs.count, numbers.max() ?? 0) + 1 }
        return leg
    }

    /// How many of the plan's legs ended in which way, those of an earlier part of the run included.
    package var counts: [LegStatus: Int] { Dictionary(endings.values.map { ($0, 1) }, uniquingKeysWith: +) }

    private func keep(_ result: LegResult, of leg: Leg) throws {
        let axes = leg.cell.axes.map { AxisValue($0.key, $0.value) }
        var sample = result.sample(cell: leg.cell.id, round: leg.round, leg: leg.number, axes: axes)
        sample.run = summary.run
        try folder.writeLatencies(result.latencies, of: sample)
        try TimelineFile.append(result.timeline, of: sample, to: folder.timeline)
        // Last, because a leg with a row that it went well is never run again.
        try samples.append(sample)
        numbers.insert(leg.number)
        endings[LegKey(cell: leg.cell.id, round: leg.round)] = result.status
    }

    private func removeData() {
        do throws(SystemError) {
            if try Directory.exists(launcher.dataDirectory) { try Directory.removeTree(launcher.dataDirectory) }
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("sluice: leftover data: \(error)\n".utf8))
        }
    }
}
