internal import CommitLog
package import Experiments
package import Foundation
internal import LinuxKernel
internal import LoadGenerator

/// From a scenario's file to a plan that this machine can run.
package enum RunPlanner {
    /// Reads, resolves and checks a scenario.
    ///
    /// - Throws: Everything that is wrong with it, with file, line and column where there are any.
    package static func plan(_ file: URL, overrides: Overrides) throws(ScenarioErrors) -> Plan {
        let scenario = try ScenarioParser.parse(contentsOf: file, vocabulary: StrategyVocabulary.shared)
        let plan = try Plan(scenario, overrides: overrides, vocabulary: StrategyVocabulary.shared)
        try checkPayloads(of: plan, in: file)
        if let objection = plan.cells.lazy.compactMap({
            MachineChecks.objection(to: $0.settings, target: plan.target)
        }).first {
            throw ScenarioErrors([
                Diagnostic(location: SourceLocation(file: file.relativePath), message: objection)
            ])
        }
        return plan
    }

    /// Files of records and of sizes are read once before anything is run.
    private static func checkPayloads(of plan: Plan, in file: URL) throws(ScenarioErrors) {
        for cell in plan.cells where cell.settings[.corpus] != nil || cell.settings[.recordSizes] != .fixed {
            do {
                let shape = try BatchShape(cell.settings, seed: plan.seed)
                let segment = cell.settings[.segmentBytes].bytes
                guard shape.sizes.largest + 1024 > segment else { continue }
                throw LoadError.unsupported(
                    "a record of \(shape.sizes.largest) bytes does not fit into a segment of \(segment)")
            } catch {
                throw ScenarioErrors([
                    Diagnostic(
                        location: SourceLocation(file: file.relativePath), message: "the records' payload: \(error)")
                ])
            }
        }
    }

    /// Why this machine cannot emulate the disks or hosts that the plan asks for; nil when it can, or none are.
    package static func objection(toEmulationFor plan: Plan) -> String? {
        EmulationPlan(plan).objection.map { "'\(plan.scenario)' cannot run: \($0)" }
    }

    /// Why an append path of the plan cannot write logs in a directory, which exists; nil when all can.
    /// Each is tried out.
    package static func objection(toPathsOf plan: Plan, at directory: String) -> String? {
        let names = Set(plan.cells.map { $0.settings[.appendPath] })
        for entry in AppendPathCatalog.all where names.contains(entry.name) {
            guard let reason = entry.objection(directory) else { continue }
            return "'\(plan.scenario)' cannot run: broker.append.path '\(entry.name)': \(reason); "
                + "choose another place with --data, or leave the path out"
        }
        return nil
    }

    /// Why the plan's data does not fit where it would go; nil when it does.
    ///
    /// A tenth of the file system is left alone, because file systems slow down and others need room too.
    package static func objection(toSpaceFor plan: Plan, at directory: String) throws -> String? {
        let space = try Directory.fileSystem(at: directory)
        let usable = Int(space.freeBytes) - Int(space.totalBytes / 10)
        guard plan.estimate.peakBytes > usable else { return nil }
        return "a leg of '\(plan.scenario)' needs up to \(ByteCount(plan.estimate.peakBytes).approximate) and "
            + "\(directory) has \(ByteCount(max(0, usable)).approximate) to spare (a tenth of the disk is left free); "
            + "choose another place with --data, or lower workload.bytes"
    }
}

extension ByteCount {
    /// With one decimal, for people.
    package var approximate: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(bytes) B" : String(format: "%.1f %@", value, units[unit])
    }
}
