internal import Experiments
internal import Foundation
internal import Limits
internal import LinuxKernel
internal import Measurement
internal import Results
internal import Statistics

/// Whether a run measures this machine's limits beside its cells.
package enum LimitsChoice: String, Sendable, CaseIterable {
    case measure
    /// Takes those of an earlier run into the same folder of results, where they are not older than an hour, of the
    /// same boot and the same device.
    case recent
    /// Leaves them out.
    case none
}

/// Measures the limits that bound a plan's cells.
struct RunLimits {
    private let plan: Plan
    private let choice: LimitsChoice
    /// Where limits are kept from run to run.
    private let store: URL
    private var bounds: [CellBounds.Bound] = []

    init(_ plan: Plan, _ choice: LimitsChoice, results: URL) {
        self.plan = plan
        self.choice = choice
        store = results.appending(path: "limits.json")
        // Those two say what machine this is; a run is also held against another machine's by them.
        bounds = [.loop(.memoryCopy), .loop(.deviceWrites)]
        for cell in plan.cells {
            for bound in CellBounds(cell.settings, target: plan.target).entries.flatMap(\.bounds)
            where !bounds.contains(bound) { bounds.append(bound) }
        }
    }

    /// The limits, measured in a directory that is the legs' own.
    ///
    /// - Parameter notice: Told before it begins how many loops are measured.
    /// - Throws: `CancellationError`. What cannot be measured says why.
    func measure(in directory: String, notice: (String) -> Void) throws -> [MeasuredLimit] {
        let place = LimitsStore.Place(directory: directory)
        var known: [String: MeasuredLimit] = [:]
        if choice == .recent, let place { known = LimitsStore.read(store, at: place) }
        let missing = bounds.filter { known[$0.name] == nil }
        if choice != .none, !missing.isEmpty { notice("measuring \(missing.count) of the machine's limits") }
        let limits = try bounds.map { try known[$0.name] ?? measure($0, in: directory) }
        if choice != .none, let place { LimitsStore.add(limits, to: store, at: place) }
        return limits
    }

    private func measure(_ bound: CellBounds.Bound, in directory: String) throws -> MeasuredLimit {
        let now = Int(WallClock.now() / 1_000_000_000)
        switch bound {
        case .disks(let count, let rate):
            return MeasuredLimit(
                name: bound.name, title: "emulated disks",
                summary:
                    "\(count) of them, each of which may write \(ByteCount(rate)) a second, as the scenario has it",
                unit: .bytesPerSecond, plain: Estimate(median: Double(count * rate), low: nil, high: nil), time: now)
        case .loop(let limit):
            let component = limit.component
            func result(_ plain: Estimate?, best: Double? = nil, _ reason: String? = nil) -> MeasuredLimit {
                MeasuredLimit(
                    name: component.name, title: limit.title, summary: component.summary,
                    unit: component.unit, plain: plain, best: best, notMeasured: reason, time: now)
            }
            guard choice != .none else { return result(nil, "the run was told to leave them out") }
            do {
                let finding = try LimitSuite.measure(
                    [component], directory: directory, scale: plan.quick ? .quick : .besideRun, seed: plan.seed,
                    plainOnly: true
                ).first?.finding
                switch finding {
                case .measured(let figures):
                    let interval = figures.plain
                    return result(
                        Estimate(median: interval.median, low: interval.low, high: interval.high), best: figures.best)
                case .notMeasured(let reason): return result(nil, reason)
                case nil: return result(nil, "the loop gave no figure")
                }
            } catch let error as CancellationError {
                throw error
            } catch {
                return result(nil, "\(error)")
            }
        }
    }
}
