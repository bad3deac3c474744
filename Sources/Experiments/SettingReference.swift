/// The documentation of all keys, written from their table.
package enum SettingReference {
    /// A Markdown table for each section.
    package static func markdown(vocabulary: Vocabulary) -> String {
        SettingCatalog.sections.map { section in
            let rows = SettingCatalog.all.filter { $0.section == section }.map { row($0, vocabulary) }
            return """
                ### \(section)

                | key | value | default | target | meaning |
                | --- | --- | --- | --- | --- |
                \(rows.joined(separator: "\n"))
                """
        }.joined(separator: "\n\n") + "\n"
    }

    private static func row(_ definition: SettingDefinition, _ vocabulary: Vocabulary) -> String {
        let names = vocabulary.strategies[definition.name]?.map { "`\($0.name)`" }.joined(separator: ", ")
        let value = names ?? [definition.form, definition.allowed].compactMap(\.self).joined(separator: ", ")
        let targets = definition.use.targets.map(\.rawValue).joined(separator: ", ")
        let origin = definition.use.isKafkas ? " As in Kafka." : ""
        let cells = [
            "`\(definition.name)`", value, "`\(definition.defaultText)`", targets, definition.summary + origin,
        ]
        return "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |"
    }

    /// The lines that explain one key on a terminal; a strategy's names follow, with why one cannot run here.
    package static func help(_ definition: SettingDefinition, vocabulary: Vocabulary) -> String {
        let origin = definition.use.isKafkas ? " As in Kafka." : ""
        let entries = vocabulary.strategies[definition.name, default: []]
        let width = entries.map(\.name.count).max() ?? 0
        let names = entries.map { entry in
            let name = entry.name + String(repeating: " ", count: width - entry.name.count)
            let reason = entry.unavailable.map { " Not on this machine: \($0)." } ?? ""
            return "    \(name)  \(entry.summary)\(reason)"
        }
        let form = definition.form.replacing("`", with: "")
        let value =
            definition.use.isStrategy
            ? "one of" : [form, definition.allowed].compactMap(\.self).joined(separator: ", ")
        let head = "\(definition.name) [\(definition.defaultText)]: \(value)"
        return (["\(head)", "    \(definition.summary)\(origin)"] + names).joined(separator: "\n")
    }
}
