import CommitLog
import Experiments
import LinuxKernel
import Results
import Testing

@testable import Runner

@Suite("A leg's counters against its paths")
struct PathEvidenceTests {
    private static let stored: UInt64 = 100_000_000

    private func traffic(_ bytes: [CallKind: UInt64], broker: Bool = true) -> PathEvidence.Traffic {
        .init(storedBytes: Self.stored, fetches: 100, counters: CallCounters(bytes: bytes), isThroughBroker: broker)
    }

    private func isContradicted(_ path: String, _ bytes: [CallKind: UInt64]) -> Bool {
        PathEvidence(append: "buffered", fetch: path).contradiction(toFetchOf: traffic(bytes)) != nil
    }

    @Test("a buffered append that copied less than it stored is contradicted")
    func append() {
        let log = PathEvidence(append: "buffered")
        let stored = Self.stored
        #expect(log.contradiction(toAppendOf: traffic([.pwrite: stored], broker: false)) == nil)
        #expect(log.contradiction(toAppendOf: traffic([.pwrite: stored - 1], broker: false)) != nil)
        #expect(log.contradiction(toAppendOf: traffic([.pwrite: stored, .recv: stored])) == nil)
        #expect(log.contradiction(toAppendOf: traffic([.pwrite: stored, .recv: stored - 1])) != nil)
        #expect(PathEvidence(append: "null").contradiction(toAppendOf: traffic([:], broker: false)) == nil)
    }

    @Test(
        "every append path is content with what it does itself, and contradicted by what any other does",
        arguments: AppendPathCatalog.all.map(\.name), [false, true])
    func appendPaths(_ name: String, broker: Bool) throws {
        let stored = Self.stored
        for other in AppendPathCatalog.all {
            var bytes: [CallKind: UInt64] = [.pwrite: 300_000]
            for kind in other.traits.carriers { bytes[kind, default: 0] += stored }
            if broker, !other.traits.limitations.contains(.checksNoCRC) { bytes[.recv] = stored + 10_000 }
            // What goes straight into mapped pages is received there.
            if broker { bytes[.mappedStore] = nil }
            let reason = PathEvidence(append: name).contradiction(toAppendOf: traffic(bytes, broker: broker))
            let mine = try #require(AppendPathCatalog.entry(named: name)).traits.carriers
            let looksAlike =
                other.traits.carriers == mine
                || broker && Set([mine, other.traits.carriers]) == [[CallKind.mappedStore], []]
            #expect((reason == nil) == looksAlike, "\(name) as \(other.name): \(reason ?? "no objection")")
        }
    }

    @Test("a splice leg may receive the beginnings of batches, but not a quarter of its bytes")
    func heads() {
        let stored = Self.stored
        func traffic(received: UInt64) -> PathEvidence.Traffic {
            self.traffic([.recv: received, .pwrite: received, .splice: stored - received])
        }
        let splice = PathEvidence(append: "splice")
        #expect(splice.contradiction(toAppendOf: traffic(received: stored / 32)) == nil)
        #expect(splice.contradiction(toAppendOf: traffic(received: stored / 4)) != nil)
    }

    @Test("an append path that copies more often than it says is contradicted, unless something else ran beside it")
    func moreCopies() {
        let mapped = PathEvidence(append: "mmap")
        let twice = traffic([.recv: Self.stored, .mappedStore: Self.stored])
        #expect(mapped.contradiction(toAppendOf: twice) != nil)
        #expect(mapped.contradiction(toAppendOf: twice, isAlone: false) == nil)
    }

    @Test("a sendfile leg without sendfile calls, with too few of them, or with other ways out is contradicted")
    func sendfile() {
        let stored = Self.stored
        #expect(!isContradicted("sendfile", [.sendfile: stored, .send: 100_000, .recv: 10_000]))
        #expect(isContradicted("sendfile", [.pread: stored, .send: stored]))
        #expect(isContradicted("sendfile", [.sendfile: stored - 1]))
        #expect(isContradicted("sendfile", [.sendfile: stored, .send: stored]))
        #expect(isContradicted("sendfile", [.sendfile: stored, .pread: stored]))
        #expect(!isContradicted("sendfile", [.sendfile: stored, .warmingRead: stored]))
    }

    @Test("a read-write leg that moved bytes, or copied them once or three times, is contradicted")
    func readWrite() {
        let stored = Self.stored
        #expect(!isContradicted("read-write", [.pread: stored, .send: stored]))
        #expect(isContradicted("read-write", [.pread: stored, .send: stored, .sendfile: stored]))
        #expect(isContradicted("read-write", [.send: stored]))
        #expect(isContradicted("read-write", [.pread: 2 * stored, .send: stored]))
    }

    @Test("around the page cache a fetch that never read from the device is contradicted")
    func caches() {
        let stored = Self.stored
        let none = PathEvidence(append: "buffered", fetch: "read-write", cache: .none)
        #expect(none.contradiction(toFetchOf: traffic([.preadDirect: stored, .send: stored])) == nil)
        #expect(none.contradiction(toFetchOf: traffic([.pread: stored, .send: stored])) != nil)
        let application = PathEvidence(append: "buffered", fetch: "read-write", cache: .application)
        #expect(application.contradiction(toFetchOf: traffic([.send: stored])) == nil)
        #expect(application.contradiction(toFetchOf: traffic([.pread: stored, .send: stored])) != nil)
    }

    @Test("every kind that carries payload has its columns")
    func columns() {
        let carrying = CallKind.allCases.filter { $0.movement != .none }.map(\.columnName)
        #expect(Set(carrying).subtracting(MetricCatalog.payloadKinds).isEmpty)
        #expect(Set(MetricCatalog.payloadKinds).subtracting(CallKind.allCases.map(\.columnName)).isEmpty)
    }

    @Test("a zero-copy leg may be copied behind its back, which its counters say, but not by itself")
    func zerocopy() {
        let stored = Self.stored
        #expect(!isContradicted("zerocopy", [.sendZerocopy: stored, .zerocopyCopied: stored]))
        #expect(!isContradicted("zerocopy", [.sendZerocopy: stored, .zerocopyMoved: stored]))
        #expect(isContradicted("zerocopy", [.sendZerocopy: stored, .pread: stored]))
        #expect(isContradicted("zerocopy", [.send: stored]))
    }
}
