package import Experiments
internal import Results

/// What `sluice noise` and `sluice doctor` run when they are given no scenario.
package enum NoiseScenario {
    /// The default produce and consume cell, through a broker.
    private static let broker = """
        schema: sluice/1
        name: default
        title: The default producer and consumer
        target: broker
        seed: 1
        topic: { segment.bytes: 256MiB }
        producer: { batch.size: 64KiB }
        workload: { shape: produce-then-consume, bytes: 1GiB }
        repeat: { rounds: 10 }
        headline: [produce_bytes_per_s, consume_bytes_per_s, produce_latency_p99_ns, broker_cpu_ns_per_byte]
        """

    /// A leg of less than a second.
    private static let short = """
        schema: sluice/1
        name: doctor
        title: Short appends
        target: log
        seed: 1
        producer: { batch.size: 64KiB }
        workload: { shape: produce-then-consume, bytes: 64MiB, verify: false }
        repeat: { rounds: 10 }
        headline: [produce_bytes_per_s, load_cpu_ns_per_byte]
        """

    package static func plan(_ overrides: Overrides) throws(ScenarioErrors) -> Plan { try plan(broker, overrides) }

    package static func shortPlan() throws(ScenarioErrors) -> Plan { try plan(short, Overrides()) }

    private static func plan(_ text: String, _ overrides: Overrides) throws(ScenarioErrors) -> Plan {
        let vocabulary = StrategyVocabulary.shared
        let scenario = try ScenarioParser.parse(text: text, file: "the default", vocabulary: vocabulary)
        return try Plan(scenario, overrides: overrides, vocabulary: vocabulary)
    }
}
