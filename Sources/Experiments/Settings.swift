/// A complete configuration: every key has a value that its row accepts.
package struct Settings: Sendable, Hashable {
    /// The canonical text of every key's value.
    private var texts: [String: String]

    /// Every key at its default.
    package init() {
        texts = Dictionary(uniqueKeysWithValues: SettingCatalog.all.map { ($0.name, $0.defaultText) })
    }

    package subscript<Value>(setting: Setting<Value>) -> Value {
        guard let text = texts[setting.name], let value = try? Value(parsing: text) else {
            preconditionFailure("'\(setting.name)' is missing from SettingCatalog.all or was stored unchecked")
        }
        return value
    }

    /// The canonical text of a key; nil when there is no such key.
    package subscript(text name: String) -> String? { texts[name] }

    /// The texts of the keys in `names`, for a program that has these only.
    ///
    /// - Throws: if another key does not have its default.
    package func texts(knownTo names: Set<String>) throws(ValueError) -> [String: String] {
        for definition in SettingCatalog.all where !names.contains(definition.name) {
            guard let text = texts[definition.name], text != definition.defaultText else { continue }
            throw ValueError(
                "this build does not have the setting '\(definition.name)', which the cell sets to '\(text)'")
        }
        return texts.filter { names.contains($0.key) }
    }

    /// Gives `name` the value that `text` says.
    package mutating func set(_ name: String, to text: String) throws(ValueError) {
        guard let definition = SettingCatalog.definition(of: name) else {
            throw ValueError("unknown key '\(name)'\(Spelling.hint(for: name, among: SettingCatalog.all.map(\.name)))")
        }
        texts[name] = try definition.canonical(text)
    }
}

/// A flat object of canonical texts with every key, so that a stored plan does not depend on later defaults.
extension Settings: Codable {
    package init(from decoder: any Decoder) throws {
        let stored = try [String: String](from: decoder)
        self.init()
        for (name, text) in stored {
            do throws(ValueError) {
                try set(name, to: text)
            } catch {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "\(name): \(error.message)"))
            }
        }
        if let missing = SettingCatalog.all.first(where: { stored[$0.name] == nil }) {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "the key '\(missing.name)' is missing"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        try texts.encode(to: encoder)
    }
}
