/// Turns a key and a text into an assignment: the same rules for a file, a bundle, `quick` and `--set`.
struct AssignmentReader {
    var target: Target
    var vocabulary: Vocabulary

    /// - Throws: what is wrong with the value; the key is known to exist.
    func read(
        _ definition: SettingDefinition, _ text: String, at location: SourceLocation
    ) throws(ValueError) -> Scenario.Assignment {
        let key = definition.name
        guard definition.use.targets.contains(target) else {
            throw ValueError("'\(key)' has no meaning for target '\(target)'; remove it")
        }
        let canonical: String
        do throws(ValueError) {
            canonical = try definition.canonical(text)
        } catch {
            throw ValueError("\(key): \(error.message)")
        }
        if definition.use.isStrategy {
            let names = vocabulary.strategies[key, default: []].map(\.name)
            guard names.contains(canonical) else {
                throw ValueError("\(key): unknown value '\(text)'\(Spelling.hint(for: text, among: names))")
            }
        }
        return Scenario.Assignment(key: key, text: canonical, location: location)
    }
}
