import Experiments
import Testing

@Suite("The scenarios of this project")
struct ScenarioFilesTests {
    @Test("each parses, plans and explains itself", arguments: ScenarioFiles.names)
    func plans(name: String) throws {
        let scenario = try ScenarioParser.parse(
            contentsOf: ScenarioFiles.url(name), vocabulary: TestVocabulary.standard)
        #expect(scenario.name == name)
        #expect(!scenario.title.isEmpty && scenario.question.hasSuffix("?") && scenario.description.count > 100)
        #expect(!scenario.charts.isEmpty && !scenario.headline.isEmpty)
        let plan = try Plan(scenario, vocabulary: TestVocabulary.standard)
        #expect(plan.notes == [])
        #expect(plan.claims.isEmpty || plan.rounds >= 6)
        #expect(plan.estimate.seconds < (name == "smoke" ? 10 : 300), "\(plan.estimate)")
        #expect(plan.estimate.peakBytes < 1 << 29)
    }

    @Test("each has a quick form of at most half a minute", arguments: ScenarioFiles.names)
    func quick(name: String) throws {
        let scenario = try ScenarioParser.parse(
            contentsOf: ScenarioFiles.url(name), vocabulary: TestVocabulary.standard)
        #expect(scenario.quick != nil)
        let plan = try Plan(scenario, overrides: Overrides(quick: true), vocabulary: TestVocabulary.standard)
        #expect(plan.estimate.seconds <= 30, "\(plan.estimate)")
    }
}
