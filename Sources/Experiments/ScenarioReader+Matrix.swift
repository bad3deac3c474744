extension ScenarioReader {
    mutating func readAxes(_ matrix: YamlNode?) -> [Scenario.Axis] {
        let parts = entries(matrix, "matrix", known: ["axes", "exclude"])
        guard let node = parts.first(where: { $0.key == "axes" })?.value else { return [] }
        var axes: [Scenario.Axis] = []
        for entry in entries(node, "axes") {
            guard let axis = readAxis(entry) else { continue }
            let taken = Set(axes.flatMap(\.keys))
            if let key = axis.keys.sorted().first(where: taken.contains) {
                fail(entry.keyLocation, "'\(key)' is already varied by another axis")
            }
            axes.append(axis)
        }
        return axes
    }

    private mutating func readAxis(_ entry: YamlNode.Entry) -> Scenario.Axis? {
        if [Setting.rounds.name, Setting.repeatBudget.name].contains(entry.key) {
            fail(entry.keyLocation, "'\(entry.key)' says how often all cells are run; it cannot be an axis")
            return nil
        }
        let definition = SettingCatalog.definition(of: entry.key)
        switch (definition, entry.value) {
        case (let definition?, .sequence(let values, _)):
            let points = values.compactMap { readPoint(definition, $0) }
            return axis(entry, points, isBundle: false)
        case (let definition?, _):
            fail(
                entry.value.location,
                "the axis '\(definition.name)' needs a list of values; this is \(entry.value.kind)")
            return nil
        case (nil, .mapping(let bundles, _)):
            guard checkBundleName(entry) else { return nil }
            let points = bundles.map { readBundle($0) }
            return axis(entry, points, isBundle: true)
        case (nil, _):
            let hint = Spelling.hint(for: entry.key, among: SettingCatalog.all.map(\.name))
            fail(
                entry.keyLocation,
                "the axis '\(entry.key)' is no key\(hint) An axis with a name of its own is a map of named settings")
            return nil
        }
    }

    private mutating func readPoint(_ definition: SettingDefinition, _ node: YamlNode) -> Scenario.Point? {
        guard let assignment = readAssignment(definition, node), case .scalar(let label, _) = node else { return nil }
        return Scenario.Point(label: label, settings: [assignment], location: node.location)
    }

    private mutating func readBundle(_ bundle: YamlNode.Entry) -> Scenario.Point {
        let label = bundle.key
        // --set separates labels by commas, and a table shows them in one line.
        let isLabel = !label.isEmpty && label.utf8.count <= 60 && !label.contains { $0 == "," || $0.isNewline }
        if !isLabel {
            fail(bundle.keyLocation, "'\(label)' cannot name a set of settings: 1 to 60 characters, no comma, one line")
        }
        let settings = readSettings(entries(bundle.value, label), others: [])
        return Scenario.Point(label: label, settings: settings, location: bundle.keyLocation)
    }

    private mutating func axis(
        _ entry: YamlNode.Entry, _ points: [Scenario.Point], isBundle: Bool
    ) -> Scenario.Axis {
        if points.isEmpty {
            fail(entry.value.location, "the axis '\(entry.key)' has no values")
        }
        for (index, point) in points.enumerated() {
            if let twin = points[..<index].first(where: { $0.texts == point.texts }) {
                fail(point.location, "'\(point.label)' repeats '\(twin.label)' of the axis '\(entry.key)'")
            }
        }
        return Scenario.Axis(name: entry.key, points: points, location: entry.keyLocation, isBundle: isBundle)
    }

    /// A bundle axis is a column of the results, so its name is not one of theirs.
    private mutating func checkBundleName(_ entry: YamlNode.Entry) -> Bool {
        let name = entry.key
        let isWord =
            name.utf8.count <= 60
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_ ".contains($0)) }
        let isTaken = (["cell", "round", "leg", "status", "reason", "legs", "failed"] + vocabulary.metrics).contains(
            name)
        guard let first = name.first, first.isLetter, isWord, !isTaken else {
            fail(
                entry.keyLocation,
                "the axis cannot be called '\(name)': a letter first, then [a-zA-Z0-9 ._-], and no column's name")
            return false
        }
        return true
    }

    mutating func readExcludes(_ matrix: YamlNode?, _ axes: [Scenario.Axis]) -> [Scenario.Selection] {
        guard case .mapping(let parts, _) = matrix else { return [] }
        let node = parts.first { $0.key == "exclude" }?.value
        return items(node, "exclude").compactMap { item in
            let labels = readLabels(entries(item, "exclude"), axes)
            if labels.isEmpty {
                fail(item.location, "an exclusion names at least one axis and its values")
            }
            return Scenario.Selection(labels: labels, location: item.location)
        }
    }

    mutating func readQuick(_ node: YamlNode?, _ axes: [Scenario.Axis]) -> Scenario.Quick? {
        guard let node else { return nil }
        let all = entries(node, "quick")
        let kept = all.first { $0.key == "axes" }.map { entries($0.value, "axes") } ?? []
        return Scenario.Quick(
            settings: readSettings(all.filter { $0.key != "axes" }, others: ["axes"]), axes: readLabels(kept, axes))
    }

    // MARK: - Labels

    /// For each axis named, the labels chosen, one or a list.
    private mutating func readLabels(_ entries: [YamlNode.Entry], _ axes: [Scenario.Axis]) -> [String: [String]] {
        var chosen: [String: [String]] = [:]
        for entry in entries {
            guard let axis = axis(entry.key, at: entry.keyLocation, axes) else { continue }
            let nodes = if case .sequence(let nodes, _) = entry.value { nodes } else { [entry.value] }
            let labels = nodes.compactMap { label($0, of: axis) }
            if labels.isEmpty, nodes.isEmpty {
                fail(entry.value.location, "choose at least one value of the axis '\(axis.name)'")
            }
            chosen[axis.name] = labels
        }
        return chosen
    }

    /// For each axis named, the one label chosen.
    mutating func readPlace(_ node: YamlNode?, _ name: String, _ axes: [Scenario.Axis]) -> [String: String]? {
        guard let node else { return nil }
        var chosen: [String: String] = [:]
        let known = diagnostics.count
        for entry in entries(node, name) {
            if let axis = axis(entry.key, at: entry.keyLocation, axes) {
                chosen[axis.name] = label(entry.value, of: axis)
            }
        }
        if chosen.isEmpty, diagnostics.count == known {
            fail(node.location, "'\(name)' names at least one axis and a value of it")
        }
        return chosen
    }

    mutating func axis(_ name: String, at location: SourceLocation, _ axes: [Scenario.Axis]) -> Scenario.Axis? {
        if let axis = axes.first(where: { $0.name == name }) { return axis }
        fail(location, "'\(name)' is not an axis of this matrix\(Spelling.hint(for: name, among: axes.map(\.name)))")
        return nil
    }

    private mutating func label(_ node: YamlNode, of axis: Scenario.Axis) -> String? {
        guard let text = text(node, axis.name) else { return nil }
        if let label = axis.label(meantBy: text) { return label }
        let hint = Spelling.hint(for: text, among: axis.points.map(\.label))
        fail(node.location, "'\(text)' is not a value of the axis '\(axis.name)'\(hint)")
        return nil
    }
}

extension Scenario.Axis {
    /// The keys that this axis varies.
    var keys: Set<String> { Set(points.flatMap(\.settings).map(\.key)) }

    /// The label that a text stands for: itself, or another spelling of the same value, as 1024KiB is of 1MiB.
    func label(meantBy text: String) -> String? {
        if let point = points.first(where: { $0.label == text }) { return point.label }
        guard !isBundle, let canonical = try? SettingCatalog.definition(of: name)?.canonical(text) else { return nil }
        return points.first { $0.settings.first?.text == canonical }?.label
    }
}

extension Scenario.Point {
    /// What this point sets, whatever its name and places.
    var texts: [String: String] { Dictionary(settings.map { ($0.key, $0.text) }) { first, _ in first } }
}
