internal import Experiments
internal import Foundation
internal import LinuxKernel
internal import Measurement
internal import Results
internal import Subprocess
internal import SystemPackage

/// The runner's side of a leg: a fresh directory, a fresh process, its result or its last words.
struct LegLauncher {
    /// The program that has the command `load`: this one.
    let program: String
    /// Where legs keep their data; each has a directory of its own there while it runs.
    let dataDirectory: String
    let target: Target
    let seed: UInt64
    /// What else uses the machine, which decides whether a leg counts.
    let surroundings: Surroundings
    /// Memory that is held for legs, and stays held between them.
    let reserve: MemoryReserve
    /// The settings that the program has, where it is another build than this one.
    var knownSettings: Set<String>?
    /// A fault that brokers are given, to see whether it is found.
    var handicap: String?

    /// Runs a leg. What goes wrong in it is its result; only cancellation is thrown.
    func run(_ leg: Leg, timeLimit: Duration) async throws -> LegResult {
        surroundings.beginLeg()
        let directory = "\(dataDirectory)/leg-\(leg.number)"
        defer {
            EmulationPlan.removeLeftovers()
            Self.remove(directory)
        }
        do throws(SystemError) {
            try Directory.create(directory)
        } catch {
            return LegResult(status: .failed, reason: "\(error)")
        }
        let memory: MemoryStateCatalog.Entry.Outcome
        do {
            memory = try makeMemoryState(for: leg)
        } catch {
            return LegResult(
                status: .failed, reason: "the memory state '\(leg.cell.settings[.memoryState])': \(error)")
        }
        let order: String
        do throws(ValueError) {
            order = try self.order(leg, directory)
        } catch {
            return LegResult(status: .failed, reason: error.message)
        }
        try reserve.open()
        defer { reserve.close() }
        let timeline = try SystemTimeline.start(roles: ["load", "broker"])
        let launched: Result<LegResult?, any Error>
        do {
            launched = .success(try await withTimeLimit(timeLimit) { try await launch(order) })
        } catch {
            launched = .failure(error)
        }
        let readings = timeline.finish()
        let reserved = reserve.close()
        guard var result = try launched.get() else {
            return LegResult(
                status: .failed, reason: "the load process ran longer than \(timeLimit) and was stopped")
        }
        result.add(readings)
        result.addDirtyLimit(readings)
        if !result.metrics.isEmpty { result.metrics["memory_state_ns"] = Double(memory.nanoseconds) }
        result.add(surroundings.shares())
        result.add(reserved)
        if result.status == .ok, let reason = LegGuards(leg.cell.settings).contamination(in: result.metrics) {
            result.status = .contaminated
            result.reason = reason
        }
        return result
    }

    private func order(_ leg: Leg, _ directory: String) throws(ValueError) -> String {
        var settings = leg.cell.settings
        // It is made here; another build may not know all of its values.
        if knownSettings?.contains(Setting.memoryState.name) == true {
            try settings.set(Setting.memoryState.name, to: MemoryPreparation.asFound.rawValue)
        }
        return try LegSpec(
            settings: settings, target: target, dataDirectory: directory, seed: seed,
            parent: ProcessHandle.currentIdentifier, handicap: handicap
        ).order(knownSettings: knownSettings)
    }

    private func makeMemoryState(for leg: Leg) throws -> MemoryStateCatalog.Entry.Outcome {
        guard let state = MemoryStateCatalog.entry(named: leg.cell.settings[.memoryState].rawValue) else {
            preconditionFailure("a plan names a memory state that the catalog does not have")
        }
        let estimate = PlanEstimate(cells: [leg.cell.settings], rounds: 1, vocabulary: StrategyVocabulary.shared)
        return try state.make(
            MemoryNeed(
                byteCount: estimate.peakBytes, writtenBytes: estimate.writtenBytes, directory: dataDirectory,
                reserve: reserve))
    }

    private func launch(_ order: String) async throws -> LegResult {
        var options = PlatformOptions()
        // A group of its own, so that Ctrl-C reaches the runner alone and it can clean up in order.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        let result = try await Subprocess.run(
            .path(FilePath(program)), arguments: ["load"], platformOptions: options, input: .string(order),
            output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
        if case .exited(0) = result.terminationStatus, var found = try? LegResult(line: result.standardOutput) {
            // A broker of the leg says on standard error why it could not go on.
            if found.status == .failed, !result.standardError.isEmpty {
                found.reason += "; last words: \(Self.lastWords(result.standardError))"
            }
            return found
        }
        try Task.checkCancellation()
        return LegResult(
            status: .failed,
            reason: "the load process \(Self.text(of: result.terminationStatus)); its last words: "
                + Self.lastWords(result.standardError))
    }

    private static func text(of status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "exited with \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }

    private static func lastWords(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " / ")
        return words.isEmpty ? "none" : String(words.suffix(500))
    }

    /// Removes a leg's data; what cannot be removed would be found again as a lack of space, so it is said.
    private static func remove(_ directory: String) {
        do throws(SystemError) {
            if try Directory.exists(directory) { try Directory.removeTree(directory) }
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data("sluice: leftover data: \(error)\n".utf8))
        }
    }
}

/// The body's result, or nil when it took longer; it is cancelled then, and when the caller is.
private func withTimeLimit<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}

extension LegResult {
    /// Adds what was seen of the machine while the leg was measured.
    fileprivate mutating func add(_ readings: [SystemTimeline.Reading]) {
        guard let measured else { return }
        timeline += readings.filter { measured.contains($0.moment) }.map {
            TimelineRow(
                elapsedNanoseconds: $0.moment - measured.lowerBound, series: $0.series, value: $0.value)
        }
    }

    /// Adds what was seen around the leg where its own windows were too short to tell.
    fileprivate mutating func add(_ shares: [String: Measured<Double>]) {
        guard !metrics.isEmpty else { return }
        for (column, share) in shares where metrics[column] == nil {
            switch share {
            case .value(let value):
                metrics[column] = value
                notMeasured[column] = nil
            case .notMeasured(let reason): notMeasured[column] = reason
            }
        }
    }

    /// Adds what was held for the leg; past that it took what the host may have had.
    fileprivate mutating func add(_ reserve: MemoryReserve.Outcome) {
        guard !metrics.isEmpty, reserve.heldBytes > 0 else { return }
        metrics["memory_reserve_bytes"] = Double(reserve.heldBytes)
        guard reserve.ranOut, status == .ok else { return }
        status = .contaminated
        reason =
            "it took more memory than the \(reserve.heldBytes >> 20) MiB that were held for it, and the host takes back "
            + "what is free"
    }

    /// Adds how near dirty memory came to where the kernel holds writers back: halfway between the two limits
    /// (`domain_dirty_freerun` in mm/page-writeback.c).
    fileprivate mutating func addDirtyLimit(_ readings: [SystemTimeline.Reading]) {
        guard let measured, !metrics.isEmpty else { return }
        let series = Dictionary(grouping: readings.filter { measured.contains($0.moment) }, by: \.series)
        // Dirty pages that are being written back count until they are clean.
        let sums = zip(series["dirty_bytes"] ?? [], series["writeback_bytes"] ?? []).map { $0.value + $1.value }
        let peak: Measured<Double> =
            sums.max().map { .value($0) } ?? .notMeasured(because: "the leg was too short for the timeline to see it")
        let bound = DirtyLimits.background().combined(with: DirtyLimits.foreground()) { Double($0 + $1) / 2 }
        switch peak.combined(with: bound, { $0 / $1 }) {
        case .value(let share): metrics["dirty_limit_share"] = share
        case .notMeasured(let reason): notMeasured["dirty_limit_share"] = reason
        }
    }
}

extension Plan {
    /// Finds out whether the host takes free memory back where a leg is so large that it matters, so that the environment
    /// says so.
    func probeMemory() {
        let asks = cells.contains { cell in
            let written = PlanEstimate(cells: [cell.settings], rounds: 1, vocabulary: StrategyVocabulary.shared)
                .writtenBytes
            return MemoryStateCatalog.entry(named: cell.settings[.memoryState].rawValue)?.asksForHost(writing: written)
                == true
        }
        if asks { _ = ReturnedMemory.probe() }
    }
}
