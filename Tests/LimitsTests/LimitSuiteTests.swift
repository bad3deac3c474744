import Foundation
import Limits
import Results
import Statistics
import Testing

@Suite("Measuring limits")
struct LimitSuiteTests {
    private static let tiny = LimitScale(
        pairs: 2, sampleNanoseconds: 100_000, fileByteCount: 1 << 20, deviceByteCount: 1 << 20, partitions: 4)

    /// What nothing of ours is set beside.
    private static let limitsAlone: Set = [
        "memory-copy", "tcp-stream", "tcp-ping-pong", "tcp-receive-write", "tcp-sendfile",
        "device-write-1MiB-4-in-flight", "device-read-1MiB-4-in-flight",
    ]

    /// Runs `body` with a fresh directory, and checks that nothing is left in it.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "limits-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: url.path).isEmpty)
    }

    @Test(
        "every component runs, gives finite positive figures, and leaves nothing behind",
        arguments: LimitCatalog.all.map(\.name))
    func component(name: String) throws {
        let component = try #require(LimitCatalog.component(named: name))
        try withDirectory { directory in
            let results = try LimitSuite.measure([component], directory: directory, scale: Self.tiny, seed: 7)
            #expect(results.map(\.component.name) == [name])
            guard case .measured(let figures) = results[0].finding else {
                // The only thing that a machine may lack.
                #expect(name.hasPrefix("device-"))
                return
            }
            #expect(figures.pairs == 2 * component.pairsFactor)
            let intervals = [figures.ours, figures.plain, figures.ratio].compactMap { $0 }
            #expect(intervals.count == (Self.limitsAlone.contains(name) ? 1 : 3))
            for interval in intervals {
                #expect(interval.low > 0 && interval.high.isFinite)
                #expect(interval.low <= interval.median && interval.median <= interval.high)
            }
            #expect((figures.verdict != nil) == (component.target != nil))
        }
    }

    @Test("names are unique, so that --only means one component")
    func names() {
        #expect(Set(LimitCatalog.all.map(\.name)).count == LimitCatalog.all.count)
        #expect(LimitCatalog.component(named: "no-such-thing") == nil)
    }

    @Test("each side goes first equally often, in the order that the seed draws", arguments: 0..<8)
    func order(seed: UInt64) throws {
        let first = try sequence(seed: seed)
        #expect(try sequence(seed: seed) == first)
        // Behind the pair that warms up: A B B A or B A A B.
        for start in stride(from: 2, to: first.count, by: 4) {
            let four = String(first[start..<start + 4])
            #expect(four == "ABBA" || four == "BAAB")
        }
    }

    @Test("what fails is thrown, and leaves nothing behind")
    func failure() throws {
        let failing = LimitComponent("failing", "fails", unit: .seconds) { surroundings in
            try Data("left".utf8).write(to: URL(filePath: surroundings.directory + "/file"))
            throw UnlikeWork("failing", ours: "1", plain: "2")
        }
        try withDirectory { directory in
            #expect(throws: UnlikeWork.self) {
                try LimitSuite.measure([failing], directory: directory, scale: Self.tiny, seed: 1)
            }
        }
    }

    @Test("an error of a sample is thrown, and leaves nothing behind")
    func failureOfSample() throws {
        let failing = LimitComponent("failing", "fails", unit: .seconds) { _ in
            LimitTrial(work: 1, ours: { throw UnlikeWork("failing", ours: "1", plain: "2") }, plain: { 1 })
        }
        try withDirectory { directory in
            #expect(throws: UnlikeWork.self) {
                try LimitSuite.measure([failing], directory: directory, scale: Self.tiny, seed: 1)
            }
        }
    }

    @Test("what the machine cannot do is said, and the others are measured")
    func unavailable() throws {
        let missing = LimitComponent("missing", "cannot be", unit: .seconds) { _ in
            throw LimitUnavailable(reason: "no such device")
        }
        let clock = try #require(LimitCatalog.component(named: "clock-read"))
        try withDirectory { directory in
            let results = try LimitSuite.measure([missing, clock], directory: directory, scale: Self.tiny, seed: 1)
            guard case .notMeasured("no such device") = results[0].finding, case .measured = results[1].finding else {
                Issue.record("unexpected findings: \(results.map(\.finding))")
                return
            }
        }
    }

    @Test("a cancelled measurement ends and removes its files")
    func cancellation() async throws {
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            try withDirectory { directory in
                #expect(throws: CancellationError.self) {
                    try LimitSuite.measure(LimitCatalog.all, directory: directory, scale: Self.tiny, seed: 1)
                }
            }
        }
        try await task.value
    }

    /// The sides in the order in which they ran, `A` for ours.
    private func sequence(seed: UInt64) throws -> [Character] {
        let log = SideLog()
        let component = LimitComponent("order", "notes its order", unit: .nanoseconds) { _ in
            LimitTrial(
                work: 1,
                ours: {
                    log.sides.append("A")
                    return 1
                },
                plain: {
                    log.sides.append("B")
                    return 1
                })
        }
        var scale = Self.tiny
        scale.pairs = 8
        try withDirectory { directory in
            _ = try LimitSuite.measure([component], directory: directory, scale: scale, seed: seed)
        }
        return log.sides
    }

    private final class SideLog: @unchecked Sendable {
        var sides: [Character] = []
    }
}
