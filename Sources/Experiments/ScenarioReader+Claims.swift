extension ScenarioReader {
    mutating func readMetric(_ node: YamlNode) -> String? {
        guard let name = text(node, "metric") else { return nil }
        guard vocabulary.metrics.contains(name) else {
            fail(node.location, "unknown metric '\(name)'\(Spelling.hint(for: name, among: vocabulary.metrics))")
            return nil
        }
        return name
    }

    mutating func readClaim(_ node: YamlNode, _ axes: [Scenario.Axis]) -> Scenario.Claim? {
        let parts = fields(node, "claims", ScenarioKeys.claim.names)
        for name in ScenarioKeys.claim.required where parts[name] == nil {
            fail(node.location, "the claim has no '\(name)'")
        }
        let against = readPlace(parts["against"], "against", axes)
        let across = readAcross(parts["across"])
        guard let statement = parts["statement"].flatMap({ text($0, "statement") }),
            let metric = parts["metric"].flatMap({ readMetric($0) }),
            let compare = readPlace(parts["compare"], "compare", axes),
            let expect = parts["expect"].flatMap({ readExpectation($0) })
        else { return nil }

        if expect.isRatio, let against {
            if Set(compare.keys) != Set(against.keys) {
                fail(
                    node.location,
                    "'compare' and 'against' name different axes; a ratio pairs cells that differ only in these")
            } else if compare == against {
                fail(node.location, "'compare' and 'against' are the same cells")
            }
        } else if expect.isRatio {
            fail(node.location, "'\(expect.kind)' needs 'against': the cells that those of 'compare' are divided by")
        } else if against != nil {
            fail(
                node.location,
                "'\(expect.kind)' is about the cells of 'compare' alone; remove 'against' or expect a ratio")
        }
        return Scenario.Claim(
            statement: statement, metric: metric, compare: compare, against: against, expect: expect, across: across,
            location: node.location)
    }

    private mutating func readAcross(_ node: YamlNode?) -> Set<Guarantee> {
        var found: Set<Guarantee> = []
        let names = Guarantee.allCases.map(\.rawValue)
        for item in items(node, "across") {
            guard let name = text(item, "across") else { continue }
            if let guarantee = Guarantee(rawValue: name) {
                found.insert(guarantee)
            } else {
                fail(
                    item.location,
                    "'\(name)' is not one of \(names.joined(separator: ", "))\(Spelling.hint(for: name, among: names))")
            }
        }
        return found
    }

    private mutating func readExpectation(_ node: YamlNode) -> Expectation? {
        let all = entries(node, "expect", known: Expectation.kinds)
        guard all.count == 1, let entry = all.first else {
            fail(node.location, "'expect' is one of \(Expectation.kinds.joined(separator: ", "))")
            return nil
        }
        let nodes = if case .sequence(let nodes, _) = entry.value { nodes } else { [entry.value] }
        let isRatio = entry.key.hasPrefix("ratio")
        let values = nodes.compactMap { node in
            value(node, entry.key) { text throws(ValueError) in try Self.number(text, isRatio: isRatio) }
        }
        guard values.count == nodes.count else { return nil }
        guard let expectation = Expectation(kind: entry.key, values: values) else {
            let wanted = entry.key == "ratio_between" ? "two numbers, as in [0.9, 1.1]" : "one number"
            fail(entry.value.location, "'\(entry.key)' takes \(wanted)")
            return nil
        }
        if case .ratioBetween(let low, let high) = expectation, low >= high {
            fail(entry.value.location, "'ratio_between' takes the lower number first")
            return nil
        }
        return expectation
    }

    /// A number in the base unit of the metric, or a size, a time or a rate, which are turned into it.
    private static func number(_ text: String, isRatio: Bool) throws(ValueError) -> Double {
        if let number = Double(text), number.isFinite, number >= 0, isRatio == false || number > 0 { return number }
        guard !isRatio else { throw ValueError("'\(text)' is not a ratio above 0") }
        if let rate = try? Rate(parsing: text) { return Double(rate.perSecond) }
        if let size = try? ByteCount(parsing: text) { return Double(size.bytes) }
        if let time = try? TimeSpan(parsing: text) { return Double(time.nanoseconds) }
        throw ValueError("'\(text)' is neither a number, nor a size (4KiB), a time (10ms) or a rate (100MiB/s)")
    }

    mutating func readChart(_ node: YamlNode, _ axes: [Scenario.Axis]) -> Scenario.Chart? {
        let parts = fields(node, "charts", ScenarioKeys.chart.names)
        for name in ScenarioKeys.chart.required where parts[name] == nil {
            fail(node.location, "the chart has no '\(name)'")
        }
        let known = diagnostics.count
        var roles: [String: String] = [:]
        for role in ["x", "series", "facet"] {
            guard let part = parts[role], let name = text(part, role), let axis = axis(name, at: part.location, axes)
            else {
                continue
            }
            if roles.values.contains(axis.name) {
                fail(part.location, "the axis '\(axis.name)' already has a place in this chart")
            }
            roles[role] = axis.name
        }
        let fixed = readPlace(parts["where"], "where", axes) ?? [:]
        let title = parts["title"].flatMap { text($0, "title") }
        let ideal = parts["ideal"].flatMap {
            value($0, "ideal") { text throws(ValueError) in try IdealLine(parsing: text) }
        }
        guard let metric = parts["metric"].flatMap({ readMetric($0) }), let x = roles["x"], diagnostics.count == known
        else { return nil }

        let shown = Set(roles.values)
        if let both = fixed.keys.sorted().first(where: shown.contains) {
            fail(node.location, "the axis '\(both)' is both drawn and fixed by 'where'")
        }
        let missing = axes.map(\.name).filter { !shown.contains($0) && fixed[$0] == nil }
        if !missing.isEmpty {
            let names = missing.map { "'\($0)'" }.joined(separator: " and ")
            fail(
                node.location,
                "the chart would draw different cells on one spot: give \(names) a place as series or facet, "
                    + "or one value in 'where'")
        }
        return Scenario.Chart(
            title: title, metric: metric, x: x, series: roles["series"], facet: roles["facet"], ideal: ideal,
            where: fixed,
            location: node.location)
    }

    private mutating func fields(_ node: YamlNode, _ name: String, _ known: [String]) -> [String: YamlNode] {
        Dictionary(entries(node, name, known: known).map { ($0.key, $0.value) }) { first, _ in first }
    }
}

extension Expectation {
    /// It compares two groups of cells.
    package var isRatio: Bool {
        switch self {
        case .ratioAtMost, .ratioAtLeast, .ratioBetween: true
        case .atMost, .atLeast: false
        }
    }
}
