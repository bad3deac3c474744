package import Foundation

/// `plan.json`: the resolved plan under `plan`, which only the runner reads, and what a report needs of
/// it under `report`.
package enum PlanFile {
    private struct Whole<Plan: Encodable>: Encodable {
        var plan: Plan
        var report: PlanSummary
    }

    private struct ReportPart: Decodable {
        var report: PlanSummary
    }

    package static func write(_ plan: some Encodable, report: PlanSummary, to url: URL) throws(ResultsError) {
        try ResultsFile.write(Whole(plan: plan, report: report), to: url)
    }

    /// The plan itself, to resume a run.
    package static func readPlan<Plan: Decodable>(_ type: Plan.Type, from url: URL) throws(ResultsError) -> Plan {
        try ResultsFile.read(PlanPart<Plan>.self, from: url).plan
    }

    private struct PlanPart<Plan: Decodable>: Decodable {
        var plan: Plan
    }

    /// What a report needs of the plan.
    package static func readReport(from url: URL) throws(ResultsError) -> PlanSummary {
        try ResultsFile.read(ReportPart.self, from: url).report
    }
}
