/// The keys of a scenario that are no settings: the reader, the schema and the reference take them from here.
enum ScenarioKeys {
    struct Key {
        var name: String
        var summary: String
        var isRequired = false
    }

    static let top: [Key] = [
        Key(name: "schema", summary: "The version of this format: `\(ScenarioReader.schema)`.", isRequired: true),
        Key(name: "name", summary: "`[a-z0-9-]`; the folder of its results.", isRequired: true),
        Key(name: "title", summary: "The title of its report."),
        Key(name: "question", summary: "The sentence that the report answers."),
        Key(
            name: "description",
            summary: "What the reader of the report should know: paragraphs, lists with `- `, code in backquotes."),
        Key(name: "target", summary: "What a leg drives: `log` (the default) or `broker`."),
        Key(name: "seed", summary: "What the order of the legs and the payload are drawn from; 1 by default."),
        Key(
            name: "matrix",
            summary: "`axes`: every combination of their values is a cell; `exclude`: the cells to leave out."),
        Key(
            name: "quick",
            summary:
                "What `--quick` changes: settings, and under `axes` the values that remain. Without it: an eighth of "
                + "the bytes, 3 rounds."),
        Key(name: "headline", summary: "The metrics that sum up a run in its table, most important first."),
        Key(name: "claims", summary: "Hypotheses about cells, judged after the run."),
        Key(name: "gate", summary: "What a change of the program must not worsen: what `ab` and `check` judge."),
        Key(name: "charts", summary: "The charts of the report; the first stands on its first screen."),
    ]

    static let claim: [Key] = [
        Key(name: "statement", summary: "The claim in words.", isRequired: true),
        Key(name: "metric", summary: "The metric that decides it.", isRequired: true),
        Key(name: "compare", summary: "The cells that it is about: axes and a value of each.", isRequired: true),
        Key(name: "against", summary: "The cells that they are divided by: the same axes, other values."),
        Key(
            name: "expect",
            summary:
                "One of \(Expectation.kinds.map { "`\($0)`" }.joined(separator: ", ")); "
                + "those of a ratio need `against`.",
            isRequired: true),
        Key(
            name: "across",
            summary: "The guarantees that the compared cells may differ in: "
                + "\(Guarantee.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))."),
    ]

    static let gate: [Key] = [
        Key(
            name: "metrics", summary: "By metric, how much worse it may get, as in `broker_cpu_ns_per_byte: 3%`.",
            isRequired: true),
        Key(
            name: "where-measured",
            summary:
                "The same for metrics that are left out, with a note, where base does not measure them: "
                + "not every machine counts instructions."
        ),
        Key(
            name: "drift",
            summary: "A pair whose two runs of the same program differ by more is contaminated; 25% by default."),
    ]

    static let chart: [Key] = [
        Key(name: "metric", summary: "The metric that is drawn upwards.", isRequired: true),
        Key(name: "x", summary: "The axis that is drawn to the right.", isRequired: true),
        Key(name: "series", summary: "The axis that is told apart by colour."),
        Key(name: "facet", summary: "The axis whose values get a panel each."),
        Key(
            name: "ideal",
            summary:
                "A line to hold the values against; `proportional`: the first value times as many as x has grown."),
        Key(name: "where", summary: "For axes that are not drawn, the one value to draw."),
        Key(name: "title", summary: "The chart's title."),
    ]
}

extension [ScenarioKeys.Key] {
    var names: [String] { map(\.name) }
    var required: [String] { filter(\.isRequired).map(\.name) }
}
