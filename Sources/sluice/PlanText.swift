internal import Experiments
internal import Runner

/// A plan for people.
enum PlanText {
    static func text(_ plan: Plan) -> String {
        var lines = ["\(plan.scenario): \(plan.title)", ""]
        lines += plan.axes.map { "  \($0.key): \($0.values.joined(separator: ", "))" }
        lines.append("")
        lines += plan.cells.map { "  \($0.id)  \($0.label)" }
        lines.append("")
        lines.append(
            "  \(plan.cells.count) cells × \(plan.rounds) rounds = \(plan.legs.count) legs, "
                + "about \(Progress.text(seconds: plan.estimate.seconds)), "
                + "\(ByteCount(plan.estimate.writtenBytes).approximate) written, "
                + "at most \(ByteCount(plan.estimate.peakBytes).approximate) on the disk at one time")
        lines += plan.notes.map { "  note: \($0)" }
        return lines.joined(separator: "\n")
    }
}
