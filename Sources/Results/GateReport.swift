package import Foundation

/// The outcome of a gate: `gate.json`.
package struct GateReport: Sendable, Equatable, Codable {
    package static let schema = "sluice/gate/1"

    package var schema: String
    package var scenario: String
    /// What was compared, in words: programs, or runs.
    package var base: String
    package var head: String
    package var verdict: GateVerdict
    /// Whether a leg of head read back other records than were written.
    package var isUnverified: Bool
    /// What the reader should know: warnings, in sentences.
    package var notes: [String]
    package var findings: [GateFinding]
    /// Whether times and rates are shares of the machine's limits; nil is no.
    package var isInShares: Bool?

    package init(
        scenario: String, base: String, head: String, isUnverified: Bool = false, notes: [String] = [],
        findings: [GateFinding], isInShares: Bool? = nil
    ) {
        schema = Self.schema
        self.scenario = scenario
        self.base = base
        self.head = head
        // Nothing judged is nothing known.
        verdict = findings.map(\.verdict).max() ?? .inconclusive
        self.isUnverified = isUnverified
        self.notes = notes
        self.findings = findings
        self.isInShares = isInShares
    }

    package static func read(_ url: URL) throws(ResultsError) -> GateReport {
        try ResultsFile.read(GateReport.self, from: url)
    }

    package func write(to url: URL) throws(ResultsError) { try ResultsFile.write(self, to: url) }
}
