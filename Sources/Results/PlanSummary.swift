package import Foundation

/// What a report needs to know of a plan. It is stored in `plan.json`, so that a run's folder is enough to draw its
/// charts and write its report again.
package struct PlanSummary: Sendable, Equatable, Codable {
    /// One axis of the matrix, with its values in the plan's order.
    package struct Axis: Sendable, Equatable, Codable {
        /// What a choice on the axis is a choice of. A report decides on the axis that comes first here; the others are
        /// the situations that it decides in.
        package enum Role: String, Sendable, Equatable, Codable, CaseIterable {
            /// A strategy of a catalog.
            case strategy
            /// A named set of settings.
            case setup
            /// A key that an operator or a client may set as it likes.
            case tuning
            /// What is promised about acknowledged records: values differ in more than their cost.
            case durability
            /// What comes from outside.
            case workload
        }

        package var key: String
        package var values: [String]
        package var role: Role?

        package init(key: String, values: [String], role: Role? = nil) {
            self.key = key
            self.values = values
            self.role = role
        }
    }

    /// One cell of the matrix.
    package struct Cell: Sendable, Equatable, Codable {
        package var id: String
        package var axes: [AxisValue]
        /// What the cell does not promise, such as `durability`; nil where the plan did not say.
        package var withheld: [String]?
        /// What bounds the cell's results; nil where the plan did not say.
        package var limits: [CellLimit]?

        package init(id: String, axes: [AxisValue], withheld: [String]? = nil, limits: [CellLimit]? = nil) {
            self.id = id
            self.axes = axes
            self.withheld = withheld
            self.limits = limits
        }
    }

    /// The scenario's name, such as `sequential-vs-random`.
    package var scenario: String
    package var title: String
    /// The one sentence that the report answers; may be empty.
    package var question: String
    package var description: String
    /// `log` or `broker`.
    package var target: String
    package var seed: UInt64
    package var rounds: Int
    /// The command that made the run, as a shell would take it.
    package var command: String
    package var axes: [Axis]
    /// The settings that all cells share.
    package var fixed: [AxisValue]
    package var cells: [Cell]
    package var charts: [ChartSpec]
    package var claims: [ClaimSpec]
    /// What a change of the program must not worsen; nil if the scenario gates nothing.
    package var gate: GateSpec?
    /// The columns of the results table, most important first.
    package var headline: [String]
    /// How each leg's records are checked; nil if the scenario turns that off.
    package var verification: String?
    /// `<scenario>/<run id>`, which each row of the run's samples names too; nil in plans that do not say.
    package var run: String?

    package init(
        scenario: String, title: String, question: String = "", description: String = "", target: String, seed: UInt64,
        rounds: Int, command: String, axes: [Axis], fixed: [AxisValue], cells: [Cell], charts: [ChartSpec],
        claims: [ClaimSpec] = [], gate: GateSpec? = nil, headline: [String], verification: String? = nil,
        run: String? = nil
    ) {
        self.scenario = scenario
        self.title = title
        self.question = question
        self.description = description
        self.target = target
        self.seed = seed
        self.rounds = rounds
        self.command = command
        self.axes = axes
        self.fixed = fixed
        self.cells = cells
        self.charts = charts
        self.claims = claims
        self.gate = gate
        self.headline = headline
        self.verification = verification
        self.run = run
    }

    /// A plan of an older version may lack what came later: it is read as if it asked for none of it.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func list<Element: Decodable>(_ key: CodingKeys) throws -> [Element] {
            try container.decodeIfPresent([Element].self, forKey: key) ?? []
        }
        scenario = try container.decode(String.self, forKey: .scenario)
        title = try container.decodeIfPresent(String.self, forKey: .title) ?? scenario
        question = try container.decodeIfPresent(String.self, forKey: .question) ?? ""
        description = try container.decodeIfPresent(String.self, forKey: .description) ?? ""
        target = try container.decode(String.self, forKey: .target)
        seed = try container.decode(UInt64.self, forKey: .seed)
        rounds = try container.decode(Int.self, forKey: .rounds)
        command = try container.decodeIfPresent(String.self, forKey: .command) ?? "sluice run"
        axes = try container.decode([Axis].self, forKey: .axes)
        fixed = try list(.fixed)
        cells = try container.decode([Cell].self, forKey: .cells)
        charts = try list(.charts)
        claims = try list(.claims)
        gate = try container.decodeIfPresent(GateSpec.self, forKey: .gate)
        headline = try container.decode([String].self, forKey: .headline)
        verification = try container.decodeIfPresent(String.self, forKey: .verification)
        run = try container.decodeIfPresent(String.self, forKey: .run)
    }

    /// The schema of this run's `samples.csv`.
    package var samplesSchema: SamplesSchema {
        SamplesSchema(axes: axes.map(\.key), target: target, namesRun: run != nil)
    }

    /// Refuses samples that another run, or another scenario, has left.
    ///
    /// - Parameter file: Where the samples stand, for the message.
    package func check(_ samples: [Sample], in file: URL) throws(ResultsError) {
        let axes = Dictionary(cells.map { ($0.id, $0.axes) }, uniquingKeysWith: { $1 })
        for (index, sample) in samples.enumerated() {
            let problem: String
            if sample.run != run {
                problem =
                    "is of the run \(sample.run ?? "that an older version made"), and the plan of the run "
                    + (run ?? "that an older version made")
            } else if let expected = axes[sample.cell] {
                guard let point = sample.axes.first(where: { !expected.contains($0) }) else { continue }
                problem = "has \(point.key)=\(point.value), which is not the plan's \(sample.cell)"
            } else {
                problem = "is of the cell \(sample.cell), which the plan does not have"
            }
            throw ResultsError(
                path: file.path, problem: "row \(index + 1) \(problem)",
                remedy:
                    "samples.csv and plan.json belong to different runs; put back the file that this run has written")
        }
    }
}
