import Experiments
import Testing

@Suite("Claims across unlike cells")
struct GuaranteeTests {
    private func scenario(_ policies: String, _ compare: String, _ against: String, across: String = "") -> String {
        """
        matrix: { axes: { broker.flush.policy: [\(policies)], topic.partitions: [1, 2] } }
        claims:
          - statement: s
            metric: produce_bytes_per_s
            compare: { broker.flush.policy: \(compare) }
            against: { broker.flush.policy: \(against) }
            expect: { ratio_at_most: 1 }
            \(across)
        """
    }

    @Test("a durable cell beside one that is not is refused, with the place and the way out")
    func refused() throws {
        let found = try planErrors(scenario("none, fdatasync", "fdatasync", "none"))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("t.yaml:5:5: error: the claim compares cells that differ in durability") == true)
        #expect(found.first?.hasSuffix("'across: [durability]'") == true)
    }

    @Test("it is planned where the claim says so, pair by pair")
    func stated() throws {
        let plan = try plan(scenario("none, fdatasync", "fdatasync", "none", across: "across: [durability]"))
        let claim = try #require(plan.claims.first)
        #expect(claim.across == [.durability])
        #expect(claim.pairs.map(\.compare) == ["c3", "c4"])
        #expect(claim.pairs.map(\.against) == ["c1", "c2"])
    }

    @Test("cells that promise the same need not say anything")
    func alike() throws {
        #expect(try planErrors(scenario("fsync, fdatasync", "fdatasync", "fsync")) == [])
    }

    @Test("a name that is no guarantee is pointed at")
    func misspelt() {
        let found = errors(scenario("none, fdatasync", "fdatasync", "none", across: "across: [durabilty]"))
        #expect(found.count == 1 && found[0].contains("did you mean 'durability'?"))
    }
}
