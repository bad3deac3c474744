import Testing

@testable import Runner

@Suite("A leg's counters against its paths")
struct PathEvidenceTests {
    private func traffic(copied: UInt64 = 0, moved: UInt64 = 0, broker: Bool = true) -> PathEvidence.Traffic {
        .init(storedBytes: 1000, copiedBytes: copied, movedBytes: moved, isThroughBroker: broker)
    }

    @Test("a buffered append that copied less than it stored is contradicted")
    func append() {
        let log = PathEvidence(append: "buffered")
        #expect(log.contradiction(toAppendOf: traffic(copied: 1000, broker: false)) == nil)
        #expect(log.contradiction(toAppendOf: traffic(copied: 999, broker: false)) != nil)
        #expect(log.contradiction(toAppendOf: traffic(copied: 2000)) == nil)
        #expect(log.contradiction(toAppendOf: traffic(copied: 1999)) != nil)
        #expect(PathEvidence(append: "null").contradiction(toAppendOf: traffic(broker: false)) == nil)
    }

    @Test("a sendfile leg that copied instead of moving is contradicted")
    func sendfile() {
        let evidence = PathEvidence(append: "buffered", fetch: "sendfile")
        #expect(evidence.contradiction(toFetchOf: traffic(moved: 1000)) == nil)
        #expect(evidence.contradiction(toFetchOf: traffic(copied: 2000)) != nil)
    }

    @Test("a read-write leg that moved bytes, or copied them only once, is contradicted")
    func readWrite() {
        let evidence = PathEvidence(append: "buffered", fetch: "read-write")
        #expect(evidence.contradiction(toFetchOf: traffic(copied: 2000)) == nil)
        #expect(evidence.contradiction(toFetchOf: traffic(copied: 2000, moved: 1)) != nil)
        #expect(evidence.contradiction(toFetchOf: traffic(copied: 1000)) != nil)
    }
}
