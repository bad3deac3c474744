import Experiments
import Testing

@Suite("The gate of a scenario")
struct GateTests {
    @Test("says by metric how much worse it may get, which it may do without, and how far the machine may drift")
    func read() throws {
        let gate = try #require(
            try parse(
                """
                gate:
                  metrics: { load_cpu_ns_per_byte: 3%, load_calls_per_mib: 0.5% }
                  where-measured: { stored_bytes: 25% }
                  drift: 40%
                """
            ).gate)
        #expect(gate.metrics.map(\.metric) == ["load_cpu_ns_per_byte", "load_calls_per_mib", "stored_bytes"])
        #expect(gate.metrics.map(\.threshold) == [0.03, 0.005, 0.25])
        #expect(gate.metrics.map(\.isOptional) == [false, false, true])
        #expect(gate.drift == 0.4)
        #expect(try parse("gate: { metrics: { stored_bytes: 1% } }").gate?.drift == 0.25)
        #expect(try parse("seed: 1").gate == nil)
    }

    @Test(
        "is refused where it says nothing, or nothing that could be judged",
        arguments: [
            ("gate: { metrics: { } }", "the gate names no metric"),
            ("gate: { metrics: { load_cpu_ns_per_bite: 3% } }", "did you mean 'load_cpu_ns_per_byte'?"),
            ("gate: { metrics: { stored_bytes: 3 } }", "'3' is not a percentage above 0"),
            ("gate: { metrics: { stored_bytes: 0% } }", "'0%' is not a percentage above 0"),
            ("gate: { metrics: { stored_bytes: nan% } }", "'nan%' is not a percentage above 0"),
            (
                "gate: { metrics: { stored_bytes: 3% }, where-measured: { stored_bytes: 3% } }",
                "the gate has 'stored_bytes' already"
            ),
            ("gate: { metrics: { stored_bytes: 3% }, drift: wide }", "'wide' is not a percentage above 0"),
            ("gate: { metrics: { stored_bytes: 3% }, drfit: 5% }", "did you mean 'drift'?"),
        ])
    func refused(_ body: String, _ says: String) {
        let found = errors(body)
        #expect(found.contains { $0.contains(says) }, "\(found)")
    }
}
