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

    @Test("a scenario of target broker, with every section, parses and plans")
    func broker() throws {
        let scenario = try parse(
            whole: """
                schema: sluice/1
                name: fetch-paths
                title: From the page cache to the consumer
                target: broker
                seed: 42
                broker:   { nodes: 1, log.dirs: 1, append.path: buffered, fetch.path: sendfile }
                topic:    { partitions: 1, segment.bytes: 256MiB }
                producer: { count: 1, batch.size: 256KiB, acks: 1, compression.type: none }
                consumer: { count: 1, max.partition.fetch.bytes: 1MiB }
                workload: { shape: produce-then-consume, record.size: 1KiB, compressibility: 0.5, bytes: 1GiB, cache: hot }
                matrix:
                  axes:
                    broker.fetch.path: [read-write, sendfile, mmap, splice]
                    consumer.max.partition.fetch.bytes: [64KiB, 1MiB]
                  exclude: []
                repeat:   { rounds: 10 }
                claims:
                  - statement: sendfile copies half as many bytes through the CPU as read+write
                    metric: broker_copied_bytes_per_byte
                    compare: { broker.fetch.path: sendfile }
                    against: { broker.fetch.path: read-write }
                    expect: { ratio_at_most: 0.6 }
                charts:
                  - { metric: consume_bytes_per_s, x: consumer.max.partition.fetch.bytes, series: broker.fetch.path }
                """)
        let plan = try Plan(scenario, vocabulary: TestVocabulary.standard)
        #expect(plan.cells.count == 8 && plan.legs.count == 80 && plan.target == .broker)
        #expect(plan.cells[3].settings[.maxPartitionFetch] == .mebibytes(1))
    }
}
