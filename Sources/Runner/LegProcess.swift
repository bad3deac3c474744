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
            let workload = LogWorkload(spec.settings, dataDirectory: spec.dataDirectory, seed: spec.seed)
            let outcome = try LogLoad(workload).run()
            return LegResult(outcome, of: workload)
        } catch {
            return LegResult(status: .failed, reason: "\(error)")
        }
    }
}
