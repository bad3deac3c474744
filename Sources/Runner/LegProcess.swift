internal import Experiments
package import Foundation
internal import LinuxKernel
internal import LoadGenerator
package import Results

/// The load process's side of a leg: reads its order, does it, says what it found.
package enum LegProcess {
    /// Runs the leg that `order` (a `LegSpec` in JSON) describes. Whatever goes wrong is a result too.
    package static func run(order: Data) -> LegResult {
        do {
            let spec = try JSONDecoder().decode(LegSpec.self, from: order)
            try ProcessFate.endWithParent(spec.parent)
            switch spec.target {
            case .log: return try runLog(spec)
            case .broker: return try runBroker(spec)
            }
        } catch {
            return LegResult(status: .failed, reason: "\(error)")
        }
    }

    private static func runLog(_ spec: LegSpec) throws -> LegResult {
        let workload = LogWorkload(spec.settings, dataDirectory: spec.dataDirectory, seed: spec.seed)
        return LegResult(
            try LogLoad(workload).run(), verifies: workload.verifies,
            method: "every record read back through the log: count, order, content",
            evidence: PathEvidence(append: spec.settings[.appendPath]))
    }

    private static func runBroker(_ spec: LegSpec) throws -> LegResult {
        let largest = try BatchShape(spec.settings, seed: spec.seed).largestBatchByteCount()
        let fleet = try BrokerFleet(
            spec.settings, places: NodePlace.all(spec.settings, in: spec.dataDirectory), largestBatchBytes: largest)
        let workload = try BrokerWorkload(spec.settings, directories: fleet.directories, seed: spec.seed)
        let load = try BrokerLoad(
            workload, bootstrap: fleet.addresses.map { ($0.host, $0.port) }, accounts: fleet)
        let outcome: LoadOutcome
        do {
            outcome = try load.run()
        } catch {
            // A client may see the broken connection before the fleet's watch sees that a broker ended, which is the cause
            // and ends this process with that reason.
            MonotonicClock.sleep(nanoseconds: 500_000_000)
            throw error
        }
        try fleet.stop()
        return LegResult(
            outcome, verifies: workload.verifies,
            method: "every record consumed through the broker: count, order of each producer, content",
            evidence: PathEvidence(
                append: spec.settings[.appendPath], fetch: spec.settings[.fetchPath],
                isRecompressed: spec.settings[.topicCompression] != "producer"))
    }
}
