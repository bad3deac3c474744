extension Plan {
    /// Resolves a scenario: quick form, then `--set`, then the matrix, its checks, the order of the legs.
    ///
    /// - Throws: everything that is wrong; strategies that this machine cannot run are wrong, never replaced.
    package init(_ scenario: Scenario, overrides: Overrides = Overrides(), vocabulary: Vocabulary)
        throws(ScenarioErrors)
    {
        var planner = Planner(scenario: scenario, vocabulary: vocabulary)
        self = try planner.plan(overrides)
    }
}

struct Planner {
    var scenario: Scenario
    let vocabulary: Vocabulary
    private var diagnostics: [Diagnostic] = []

    init(scenario: Scenario, vocabulary: Vocabulary) {
        self.scenario = scenario
        self.vocabulary = vocabulary
    }

    mutating func plan(_ overrides: Overrides) throws(ScenarioErrors) -> Plan {
        if overrides.quick { makeQuick() }
        for text in overrides.set { set(text) }
        if let rounds = overrides.rounds {
            assign(Setting.rounds.name, "\(rounds)", SourceLocation(file: "--rounds \(rounds)"))
        }
        try stopAtErrors()

        let points = expand()
        checkDuplicates(points)
        var checks = PlanChecks(target: scenario.target, vocabulary: vocabulary)
        for point in points { checks.check(point) }
        for (location, message) in checks.problems {
            fail(location ?? SourceLocation(file: scenario.file), message)
        }
        try stopAtErrors()

        let cells = points.enumerated().map { Cell(id: "c\($0 + 1)", axes: $1.axes, settings: $1.settings) }
        let rounds = cells.first?.settings[.rounds] ?? 0
        let seed = overrides.seed ?? scenario.seed
        let order = LegOrder.rounds(rounds, cells: cells.count, seed: seed)
        let claims = scenario.claims.map { planned($0, cells) }
        for (claim, written) in zip(claims, scenario.claims) { checkLikeness(claim, cells, written.location) }
        try stopAtErrors()
        return Plan(
            schema: Plan.schema, scenario: scenario.name, title: scenario.title, question: scenario.question,
            description: scenario.description, target: scenario.target, seed: seed, rounds: rounds,
            quick: overrides.quick,
            axes: scenario.axes.map { .init(key: $0.name, values: $0.points.map(\.label), isBundle: $0.isBundle) },
            cells: cells, order: order.map { $0.map { cells[$0].id } }, headline: scenario.headline,
            charts: scenario.charts.map {
                .init(
                    title: $0.title, metric: $0.metric, x: $0.x, series: $0.series, facet: $0.facet, ideal: $0.ideal,
                    where: $0.where)
            },
            claims: claims, gate: scenario.gate,
            estimate: PlanEstimate(cells: cells.map(\.settings), rounds: rounds, vocabulary: vocabulary),
            notes: checks.notes + notes(rounds, claims))
    }

    // MARK: - Overrides

    /// The scenario's own quick form; without one, an eighth of the bytes and 3 rounds.
    private mutating func makeQuick() {
        guard let quick = scenario.quick else {
            var bytes = Setting.workloadBytes.defaultValue
            if let text = scenario.settings.last(where: { $0.key == Setting.workloadBytes.name })?.text,
                let written = try? ByteCount(parsing: text)
            {
                bytes = written
            }
            let option = SourceLocation(file: "--quick")
            assign(Setting.workloadBytes.name, ByteCount(max(1, bytes.bytes / 8)).description, option)
            assign(Setting.rounds.name, "3", option)
            return
        }
        for setting in quick.settings {
            assign(setting.key, setting.text, setting.location)
        }
        for index in scenario.axes.indices {
            guard let labels = quick.axes[scenario.axes[index].name] else { continue }
            scenario.axes[index].points.removeAll { !labels.contains($0.label) }
        }
    }

    /// `key=value`, or `axis=value,value` in place of the axis's values.
    private mutating func set(_ text: String) {
        let location = SourceLocation(file: "--set \(text)")
        guard let equals = text.firstIndex(of: "=") else {
            fail(location, "write key=value")
            return
        }
        let key = text[..<equals].trimmed
        let values = text[text.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false).map(
            \.trimmed)
        if let index = scenario.axes.firstIndex(where: { $0.name == key }) {
            replace(index, by: values, location)
        } else if let axis = scenario.axes.first(where: { $0.keys.contains(key) }) {
            let labels = axis.points.map(\.label).joined(separator: ", ")
            fail(location, "'\(key)' is varied by the axis '\(axis.name)'; choose of that: \(labels)")
        } else if values.count > 1, SettingCatalog.definition(of: key) != nil {
            fail(location, "'\(key)' is not an axis of this scenario, so it takes one value")
        } else {
            assign(key, values.joined(separator: ","), location)
        }
    }

    private mutating func replace(_ index: Int, by values: [String], _ location: SourceLocation) {
        let axis = scenario.axes[index]
        var points: [Scenario.Point] = []
        for value in values {
            if axis.isBundle {
                guard let point = axis.points.first(where: { $0.label == value }) else {
                    let hint = Spelling.hint(for: value, among: axis.points.map(\.label))
                    fail(location, "'\(value)' is not a value of the axis '\(axis.name)'\(hint)")
                    continue
                }
                points.append(point)
            } else if let assignment = read(axis.name, value, location) {
                // A value that the file has keeps the file's spelling, which claims and results know it by.
                let label = axis.label(meantBy: value) ?? value
                points.append(Scenario.Point(label: label, settings: [assignment], location: location))
            }
        }
        scenario.axes[index].points = points
    }

    private mutating func assign(_ key: String, _ text: String, _ location: SourceLocation) {
        guard let assignment = read(key, text, location) else { return }
        scenario.settings.append(assignment)
    }

    private mutating func read(_ key: String, _ text: String, _ location: SourceLocation) -> Scenario.Assignment? {
        guard let definition = SettingCatalog.definition(of: key) else {
            let names = SettingCatalog.all.map(\.name) + scenario.axes.map(\.name)
            fail(location, "unknown key '\(key)'\(Spelling.hint(for: key, among: names))")
            return nil
        }
        do throws(ValueError) {
            return try AssignmentReader(target: scenario.target, vocabulary: vocabulary)
                .read(definition, text, at: location)
        } catch {
            fail(location, error.message)
            return nil
        }
    }

    // MARK: - Cells

    private mutating func expand() -> [Matrix.Point] {
        let rows: [[Scenario.Point]]
        do throws(ValueError) {
            rows = try Matrix.combinations(scenario.axes, excludes: scenario.excludes)
        } catch {
            fail(scenario.axes.first?.location ?? SourceLocation(file: scenario.file), error.message)
            return []
        }
        if rows.isEmpty {
            let location = scenario.excludes.first?.location ?? SourceLocation(file: scenario.file)
            fail(location, "no cell is left: the exclusions leave out every combination")
        }
        return rows.map { Matrix.point($0, scenario.axes, base: scenario.settings) }
    }

    private mutating func checkDuplicates(_ points: [Matrix.Point]) {
        var seen: [Settings: String] = [:]
        for point in points {
            let name = point.axes.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            if let twin = seen[point.settings] {
                let axis = scenario.axes.first { $0.isBundle } ?? scenario.axes.first
                fail(
                    axis?.location ?? SourceLocation(file: scenario.file),
                    "the cells '\(twin)' and '\(name)' have the same settings; exclude one or change an axis")
            }
            seen[point.settings] = name
        }
    }

    private func planned(_ claim: Scenario.Claim, _ cells: [Cell]) -> Plan.Claim {
        func hasCell(_ place: [String: String]) -> Bool {
            cells.contains { cell in
                place.allSatisfy { key, value in cell.axes.contains(AxisPoint(key: key, value: value)) }
            }
        }
        let missing = [claim.compare, claim.against ?? [:]].first { !hasCell($0) }
        let reason = missing.map { place in
            let name = place.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            return "this run has no cell with \(name)"
        }
        let pairs = Plan.Claim.pairs(claim.compare, claim.against, among: cells)
        return Plan.Claim(
            statement: claim.statement, metric: claim.metric, compare: claim.compare, against: claim.against,
            expect: claim.expect, pairs: pairs, across: Guarantee.allCases.filter(claim.across.contains),
            unjudged: reason ?? (pairs.isEmpty ? "no cell of this run has its partner" : nil))
    }

    /// Cells that promise different things do different work, and a claim across them has to say so.
    private mutating func checkLikeness(_ claim: Plan.Claim, _ cells: [Cell], _ location: SourceLocation) {
        let withheld = Dictionary(
            uniqueKeysWithValues: cells.map { ($0.id, $0.withheld(vocabulary, target: scenario.target)) })
        var unlike: Set<Guarantee> = []
        for pair in claim.pairs {
            guard let against = pair.against else { continue }
            unlike.formUnion(withheld[pair.compare, default: []].symmetricDifference(withheld[against, default: []]))
        }
        let unsaid = Guarantee.allCases.filter { unlike.contains($0) && !claim.across.contains($0) }.map(\.rawValue)
        guard !unsaid.isEmpty else { return }
        fail(
            location,
            "the claim compares cells that differ in \(unsaid.joined(separator: " and ")), so they do not do the same "
                + "work; if that is meant, say so with 'across: [\(unsaid.joined(separator: ", "))]'")
    }

    private func notes(_ rounds: Int, _ claims: [Plan.Claim]) -> [String] {
        var notes: [String] = []
        // The exact signed-rank test's smallest p-value is 2¹⁻ⁿ, and Holm's correction multiplies the least of all.
        let fewest = (6...64).first { Double(claims.count) / Double(1 << ($0 - 1)) <= 0.05 } ?? 64
        if rounds < fewest, !claims.isEmpty {
            notes.append(
                "claims stay undecided: \(rounds) rounds cannot reach a 5 % level over all of them, \(fewest) can")
        }
        return notes + claims.compactMap { claim in claim.unjudged.map { "not judged: \(claim.statement): \($0)" } }
    }

    // MARK: - Errors

    private mutating func fail(_ location: SourceLocation, _ message: String) {
        let index = location.line - 1
        let isHere = location.file == scenario.file && scenario.lines.indices.contains(index)
        let diagnostic = Diagnostic(
            location: location, message: message, sourceLine: isHere ? scenario.lines[index] : nil)
        // Many cells may share one cause.
        if !diagnostics.contains(diagnostic) { diagnostics.append(diagnostic) }
    }

    private func stopAtErrors() throws(ScenarioErrors) {
        guard diagnostics.isEmpty else { throw ScenarioErrors(diagnostics) }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
