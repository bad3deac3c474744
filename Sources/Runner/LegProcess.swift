internal import Emulation
internal import Experiments
package import Foundation
internal import LinuxKernel
internal import LoadGenerator
internal import Results

/// The load process's side of a leg: reads its order, does it, says what it found.
package enum LegProcess {
    /// Does what `order` (a `LoadOrder` in JSON) says and returns the line that answers it. Whatever
    /// goes wrong is an answer too.
    package static func answer(to order: Data) throws -> String {
        do {
            switch try JSONDecoder().decode(LoadOrder.self, from: order) {
            case .leg(let spec): return try run(spec).line()
            case .checkDisks(let check):
                return String(decoding: try JSONEncoder().encode(check.run()), as: UTF8.self)
            }
        } catch {
            return try LegResult(status: .failed, reason: "\(error)").line()
        }
    }

    private static func run(_ spec: LegSpec) throws -> LegResult {
        try ProcessFate.endWithParent(spec.parent)
        if let list = spec.settings[.loadProcessors] { try ProcessorSet(Set(list.numbers)).confineThisThread() }
        guard let disk = DiskSpecification(spec.settings) else { return try runLoad(spec) }
        // Made by this process, which is this leg's alone, so that they go with it however it ends.
        let disks = try EmulatedDisks(disk, at: spec.places.flatMap(\.directories))
        let result = try runLoad(spec)
        try disks.remove()
        return result
    }

    private static func runLoad(_ spec: LegSpec) throws -> LegResult {
        switch spec.target {
        case .log: try runLog(spec)
        case .broker: try runBroker(spec)
        }
    }

    private static func runLog(_ spec: LegSpec) throws -> LegResult {
        let workload = try LogWorkload(spec.settings, directories: spec.places[0].directories, seed: spec.seed)
        return LegResult(
            try LogLoad(workload).run(), verifies: workload.verifies,
            method: "every record read back through the log: count, order, content",
            evidence: PathEvidence(append: spec.settings[.appendPath]))
    }

    private static func runBroker(_ spec: LegSpec) throws -> LegResult {
        let largest = try BatchShape(spec.settings, seed: spec.seed).largestBatchByteCount()
        let fleet = try BrokerFleet(
            spec.settings, places: spec.places, largestBatchBytes: largest, handicap: spec.handicap)
        let workload = try BrokerWorkload(spec.settings, directories: fleet.directories, seed: spec.seed)
        let load = try BrokerLoad(
            workload, bootstrap: fleet.addresses.map { ($0.host, $0.port) }, accounts: fleet)
        let outcome: LoadOutcome
        do {
            outcome = try load.run()
        } catch {
            // A client may see the broken connection before the fleet's watch sees that a broker ended, which is the
            // cause and ends this process with that reason.
            MonotonicClock.sleep(nanoseconds: 500_000_000)
            throw error
        }
        try fleet.stop()
        return LegResult(
            outcome, verifies: workload.verifies,
            method: "every record consumed through the broker: count, order of each producer, content",
            evidence: PathEvidence(
                append: spec.settings[.appendPath], fetch: spec.settings[.fetchPath],
                cache: spec.settings[.readCache],
                isRecompressed: spec.settings[.topicCompression] != "producer"))
    }
}
