/// Walks a document and collects what it says and what is wrong with it.
struct ScenarioReader {
    let document: YamlDocument
    let file: String
    let vocabulary: Vocabulary
    var diagnostics: [Diagnostic] = []
    var assignments: AssignmentReader

    static let schema = "sluice/1"
    static let topLevel = ScenarioKeys.top.names + SettingCatalog.sections

    init(document: YamlDocument, file: String, vocabulary: Vocabulary) {
        self.document = document
        self.file = file
        self.vocabulary = vocabulary
        assignments = AssignmentReader(target: .log, vocabulary: vocabulary)
    }

    mutating func read() throws(ScenarioErrors) -> Scenario {
        guard case .mapping(let entries, let start) = document.root else {
            fail(document.root.location, "a scenario is a map of keys; this is \(document.root.kind)")
            throw ScenarioErrors(diagnostics)
        }
        let parts = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
        readSchema(parts["schema"], start)
        // The target comes first: it decides which keys have a meaning.
        let target = parts["target"].flatMap {
            value($0, "target") { text throws(ValueError) in try Target(parsing: text) }
        }
        assignments.target = target ?? .log

        let settings = readSettings(
            entries.filter { !Self.topLevel.contains($0.key) || SettingCatalog.sections.contains($0.key) },
            others: Self.topLevel)
        let axes = readAxes(parts["matrix"])
        let scenario = Scenario(
            file: file, name: readName(parts["name"], start), title: parts["title"].flatMap { text($0, "title") } ?? "",
            question: parts["question"].flatMap { text($0, "question") } ?? "",
            description: parts["description"].flatMap { text($0, "description") } ?? "", target: target ?? .log,
            seed: readSeed(parts["seed"]), settings: settings, axes: axes,
            excludes: readExcludes(parts["matrix"], axes), quick: readQuick(parts["quick"], axes),
            claims: items(parts["claims"], "claims").compactMap { readClaim($0, axes) },
            gate: readGate(parts["gate"]),
            charts: items(parts["charts"], "charts").compactMap { readChart($0, axes) },
            headline: items(parts["headline"], "headline").compactMap { readMetric($0) }, lines: document.lines)
        guard diagnostics.isEmpty else {
            let ordered = diagnostics.sorted {
                ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column)
            }
            throw ScenarioErrors(ordered)
        }
        return scenario
    }

    private mutating func readSchema(_ node: YamlNode?, _ start: SourceLocation) {
        guard let node else {
            fail(start, "the key 'schema' is missing; begin the file with 'schema: \(Self.schema)'")
            return
        }
        if let schema = text(node, "schema"), schema != Self.schema {
            fail(node.location, "unknown schema '\(schema)'; this program reads '\(Self.schema)'")
        }
    }

    private mutating func readName(_ node: YamlNode?, _ start: SourceLocation) -> String {
        guard let node else {
            fail(start, "the key 'name' is missing; it names the folder of the results")
            return ""
        }
        guard let name = text(node, "name") else { return "" }
        let isValid = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard isValid, !name.isEmpty, name.utf8.count <= 100 else {
            fail(node.location, "the name '\(name)' is not of the form [a-z0-9-], 1 to 100 characters")
            return ""
        }
        return name
    }

    private mutating func readSeed(_ node: YamlNode?) -> UInt64 {
        guard let node, let text = text(node, "seed") else { return 1 }
        guard let seed = UInt64(text) else {
            fail(node.location, "the seed '\(text)' is not a whole number from 0 to \(UInt64.max)")
            return 1
        }
        return seed
    }

    // MARK: - Settings

    /// - Parameter others: Names that may stand beside settings here, for the hint.
    mutating func readSettings(_ entries: [YamlNode.Entry], others: [String]) -> [Scenario.Assignment] {
        var found: [Scenario.Assignment] = []
        for entry in entries {
            readSetting(entry, below: "", others: others, into: &found)
        }
        return found
    }

    private mutating func readSetting(
        _ entry: YamlNode.Entry, below prefix: String, others: [String], into found: inout [Scenario.Assignment]
    ) {
        let key = prefix + entry.key
        if let definition = SettingCatalog.definition(of: key) {
            if let first = found.first(where: { $0.key == key }) {
                fail(entry.keyLocation, "'\(key)' is set twice; first in line \(first.location.line)")
            } else if let assignment = readAssignment(definition, entry.value) {
                found.append(assignment)
            }
            return
        }
        let isPrefix = SettingCatalog.all.contains { $0.name.hasPrefix(key + ".") }
        switch entry.value {
        case .mapping(let entries, _) where isPrefix:
            for entry in entries {
                readSetting(entry, below: key + ".", others: [], into: &found)
            }
        case let value where isPrefix && value.isEmpty:
            break
        case let value where isPrefix:
            fail(value.location, "'\(key)' holds keys; write them below it as a map, not \(value.kind)")
        default:
            unknown(entry, below: prefix, others: others)
        }
    }

    private mutating func unknown(_ entry: YamlNode.Entry, below prefix: String, others: [String]) {
        if entry.key == "<<" {
            fail(entry.keyLocation, "merge keys are not part of a scenario; write the settings out")
            return
        }
        let names = SettingCatalog.all.map(\.name)
        let place = prefix.isEmpty ? "" : " in '\(prefix.dropLast())'"
        let local =
            prefix.isEmpty
            ? others + names : names.compactMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
        // A key of Kafka's in the wrong section is a likelier slip than a misspelling.
        let elsewhere = names.first { $0.hasSuffix("." + entry.key) }
        let hint = elsewhere.map { "; did you mean '\($0)'?" } ?? Spelling.hint(for: entry.key, among: local)
        fail(entry.keyLocation, "unknown key '\(entry.key)'\(place)\(hint)")
    }

    mutating func readAssignment(_ definition: SettingDefinition, _ node: YamlNode) -> Scenario.Assignment? {
        if case .sequence = node {
            fail(
                node.location, "'\(definition.name)' takes one value; to compare several, make it an axis of the matrix"
            )
            return nil
        }
        guard let text = text(node, definition.name) else { return nil }
        do throws(ValueError) {
            return try assignments.read(definition, text, at: node.location)
        } catch {
            fail(node.location, error.message)
            return nil
        }
    }

    // MARK: - Parts

    mutating func fail(_ location: SourceLocation, _ message: String) {
        let lines = document.lines
        let line = lines.indices.contains(location.line - 1) ? lines[location.line - 1] : nil
        diagnostics.append(Diagnostic(location: location, message: message, sourceLine: line))
    }

    /// The text of a scalar that is not empty.
    mutating func text(_ node: YamlNode, _ name: String) -> String? {
        guard case .scalar(let text, _) = node, !node.isEmpty else {
            fail(node.location, "'\(name)' needs a value; this is \(node.isEmpty ? "nothing" : node.kind)")
            return nil
        }
        return text.trimmingSuffix { $0.isNewline }
    }

    mutating func value<Value>(
        _ node: YamlNode, _ name: String, _ parse: (String) throws(ValueError) -> Value
    ) -> Value? {
        guard let text = text(node, name) else { return nil }
        do throws(ValueError) {
            return try parse(text)
        } catch {
            fail(node.location, error.message)
            return nil
        }
    }

    /// The items of a list; no list at all is an empty one.
    mutating func items(_ node: YamlNode?, _ name: String) -> [YamlNode] {
        guard let node, !node.isEmpty else { return [] }
        guard case .sequence(let items, _) = node else {
            fail(node.location, "'\(name)' is a list; this is \(node.kind)")
            return []
        }
        return items
    }

    /// The entries of a map; no map at all is an empty one. Keys outside of `known` are errors.
    mutating func entries(_ node: YamlNode?, _ name: String, known: [String]? = nil) -> [YamlNode.Entry] {
        guard let node, !node.isEmpty else { return [] }
        guard case .mapping(let entries, _) = node else {
            fail(node.location, "'\(name)' is a map; this is \(node.kind)")
            return []
        }
        guard let known else { return entries }
        for entry in entries where !known.contains(entry.key) {
            let hint = Spelling.hint(for: entry.key, among: known)
            fail(entry.keyLocation, "unknown key '\(entry.key)' in '\(name)'\(hint)")
        }
        return entries.filter { known.contains($0.key) }
    }
}

extension String {
    fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, matches(last) { text.removeLast() }
        return text
    }
}
