package import Foundation

/// The conditions of a run, as `environment.json` holds them: facts in the order in which they are shown.
package struct Environment: Sendable, Equatable, Codable {
    /// One fact, or the reason why it is not known.
    package struct Fact: Sendable, Equatable, Codable {
        /// What the fact belongs to: `machine`, `kernel`, `storage`, `build`.
        package var section: String
        package var name: String
        package var value: String?
        /// Why there is no value.
        package var notMeasured: String?

        /// A known fact.
        package init(_ section: String, _ name: String, _ value: String) {
            self.section = section
            self.name = name
            self.value = value
        }

        /// A fact that could not be found out, and why.
        package init(_ section: String, _ name: String, notMeasured reason: String) {
            self.section = section
            self.name = name
            self.notMeasured = reason
        }
    }

    package var facts: [Fact]

    package init(facts: [Fact] = []) { self.facts = facts }

    /// The value of a fact, or nil if it is absent or was not measured.
    package subscript(section: String, name: String) -> String? {
        facts.first { $0.section == section && $0.name == name }?.value
    }

    /// The sections' names, in order of first occurrence.
    package var sections: [String] {
        var seen = Set<String>()
        return facts.map(\.section).filter { seen.insert($0).inserted }
    }

    package static func read(_ url: URL) throws(ResultsError) -> Environment {
        try ResultsFile.read(Environment.self, from: url)
    }

    package func write(to url: URL) throws(ResultsError) { try ResultsFile.write(self, to: url) }
}
