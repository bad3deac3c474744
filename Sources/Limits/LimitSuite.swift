internal import LinuxKernel
internal import Measurement
internal import Statistics

/// Measures components one after another, each with its two sides interleaved.
package enum LimitSuite {
    /// Measures `components` in order.
    ///
    /// Samples come in pairs, and pairs in twos: A B B A or B A A B, as the seed has it, so that neither a drift nor
    /// the place in the order favours a side. The first sample of each side warms up and does not count. Each sample
    /// runs at its own place of the stack; see `StackPlace`.
    ///
    /// - Parameters:
    ///   - directory: Where files go, into a fresh directory that is removed at the end, whatever happens.
    ///   - plainOnly: Whether our side is left out.
    ///   - progress: Told of each component before it is measured.
    /// - Throws: What the system refuses, `UnlikeWork`, or `CancellationError` when the task is cancelled.
    package static func measure(
        _ components: [LimitComponent], directory: String, scale: LimitScale, seed: UInt64, plainOnly: Bool = false,
        progress: (LimitComponent) -> Void = { _ in }
    ) throws -> [LimitResult] {
        var generator = SeededGenerator(seed: seed)
        return try withTemporaryDirectory(in: directory) { directory in
            try components.map { component in
                progress(component)
                let own = directory + "/" + component.name
                try Directory.create(own)
                let surroundings = LimitSurroundings(directory: own, scale: scale, seed: generator.next())
                let finding = try measure(component, surroundings, plainOnly: plainOnly, using: &generator)
                try Directory.removeTree(own)
                return LimitResult(component: component, finding: finding)
            }
        }
    }

    private static func measure(
        _ component: LimitComponent, _ surroundings: LimitSurroundings, plainOnly: Bool,
        using generator: inout SeededGenerator
    ) throws -> LimitResult.Finding {
        let trial: LimitTrial
        do {
            let both = try component.prepare(surroundings)
            trial = plainOnly ? LimitTrial(work: both.work, ours: nil, plain: both.plain) : both
        } catch let error as LimitUnavailable {
            return .notMeasured(because: error.reason)
        }
        let quiet = component.usesFiles ? Settling.settle(timeout: 5_000_000_000).settled.value : nil
        _ = try sample(trial, oursFirst: generator.next(below: 2) == 0, using: &generator)
        var pairs: [LimitResult.Figures.Pair] = []
        for _ in 0..<surroundings.scale.pairs / 2 * component.pairsFactor {
            let oursFirst = generator.next(below: 2) == 0
            pairs.append(try sample(trial, oursFirst: oursFirst, using: &generator))
            pairs.append(try sample(trial, oursFirst: !oursFirst, using: &generator))
        }
        return .measured(
            LimitResult.Figures(
                component, work: trial.work, pairs: pairs, seed: surroundings.seed, diskWasQuiet: quiet))
    }

    private static func sample(
        _ trial: LimitTrial, oursFirst: Bool, using generator: inout SeededGenerator
    ) throws -> LimitResult.Figures.Pair {
        try Task.checkCancellation()
        let first = StackPlace.random(using: &generator)
        let second = StackPlace.random(using: &generator)
        if oursFirst {
            let ours = try trial.ours.map(first.run)
            return LimitResult.Figures.Pair(ours: ours, plain: try second.run(trial.plain))
        }
        let plain = try first.run(trial.plain)
        return LimitResult.Figures.Pair(ours: try trial.ours.map(second.run), plain: plain)
    }

    private static func withTemporaryDirectory<Value>(
        in parent: String, _ body: (String) throws -> Value
    ) throws -> Value {
        let path = parent + "/sluice-limits-" + String(UInt64.random(in: .min ... .max), radix: 16)
        try Directory.create(path)
        let result = Result { try body(path) }
        do {
            try Directory.removeTree(path)
        } catch {
            // What went wrong first says more.
            if case .success = result { throw error }
        }
        return try result.get()
    }
}
