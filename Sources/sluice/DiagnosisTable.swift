internal import Foundation
internal import Measurement
internal import Results

/// What the doctor found, for programs.
enum DiagnosisTable {
    private struct Row: Encodable {
        var check: String
        var verdict: String
        var finding: String
        var advice: String
    }

    static func csv(_ diagnoses: [Diagnosis]) -> String {
        ([["check", "verdict", "finding", "advice"]]
            + diagnoses.map { [$0.check, $0.verdict.rawValue, $0.finding, $0.advice] })
            .map { CommaSeparated.row($0) }.joined(separator: "\n")
    }

    static func json(_ diagnoses: [Diagnosis]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        let rows = diagnoses.map {
            Row(check: $0.check, verdict: $0.verdict.rawValue, finding: $0.finding, advice: $0.advice)
        }
        return String(decoding: try encoder.encode(rows), as: UTF8.self)
    }
}
