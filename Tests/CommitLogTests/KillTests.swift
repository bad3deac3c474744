import Foundation
import LinuxKernel
import Testing

@testable import CommitLog

@Suite("A process that is killed in the middle of its appends")
struct KillTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var appendPath: String
        var placement: String
        var flushPolicy: String
        var testDescription: String { "\(appendPath), \(placement), \(flushPolicy)" }

        static let all: [Case] = RunnablePaths.onDisk.flatMap { path in
            PlacementCatalog.all.flatMap { placement in
                FlushPolicyCatalog.all.filter { path == "buffered" || ["none", "fdatasync"].contains($0.name) }.map {
                    Case(appendPath: path, placement: placement.name, flushPolicy: $0.name)
                }
            }
        }
    }

    @Test("leaves every record that it acknowledged, and the next one goes on behind it", arguments: Case.all)
    func acknowledgedStays(_ strategies: Case) throws {
        let scratch = try ScratchDirectory()
        var generator = SplitMix64(seed: 7)
        var acknowledged: Int64 = 0
        for _ in 0..<2 {
            let before = acknowledged
            acknowledged = try Self.run(strategies, in: scratch.path, lines: Int.random(in: 1...150, using: &generator))
            #expect(acknowledged > before)

            let configuration = LogConfiguration.with {
                $0.placement = strategies.placement
                $0.maxMessageBytes = 4096
                $0.segmentBytes = 64 * 1024
            }
            let directory = try LogDirectory(scratch.path)
            #expect(directory.lastStop == .crash)
            let log = try directory.open(TopicPartition(topic: "t", partition: 0), configuration: configuration)
            #expect(log.logEndOffset >= acknowledged)
            let records = try log.records()
            #expect(records.map(\.offset) == Array(0..<log.logEndOffset))
            #expect(
                records.allSatisfy {
                    $0.timestamp == $0.offset && $0.value.count == Int($0.offset % 700)
                        && $0.value.allSatisfy { [offset = $0.offset] in $0 == UInt8(truncatingIfNeeded: offset) }
                })
        }
    }

    @Test("over recycled segments: what they held before never comes back", arguments: RunnablePaths.onDisk)
    func recycledStaysGone(_ appendPath: String) throws {
        let scratch = try ScratchDirectory()
        var generator = SplitMix64(seed: 11)
        var acknowledged: Int64 = 0
        let strategies = Case(appendPath: appendPath, placement: "sequential", flushPolicy: "none")
        for _ in 0..<3 {
            acknowledged = try Self.run(
                strategies, in: scratch.path, lines: Int.random(in: 150...500, using: &generator), option: "recycle")
            let configuration = LogConfiguration.with {
                $0.maxMessageBytes = 4096
                $0.segmentBytes = 64 * 1024
                $0.segmentReuse = .recycle
            }
            let directory = try LogDirectory(scratch.path)
            let log = try directory.open(TopicPartition(topic: "t", partition: 0), configuration: configuration)
            #expect(log.logEndOffset >= acknowledged)
            #expect(log.logStartOffset > 0)
            let records = try log.records()
            #expect(records.map(\.offset) == Array(log.logStartOffset..<log.logEndOffset))
            #expect(
                records.allSatisfy {
                    $0.timestamp == $0.offset && $0.value.count == Int($0.offset % 700)
                        && $0.value.allSatisfy { [offset = $0.offset] in $0 == UInt8(truncatingIfNeeded: offset) }
                })
            #expect(try Directory.names(in: log.directory).allSatisfy { !$0.hasSuffix(".retired") })
        }
    }

    @Test("while its recovery point moves: what that says is durable is believed, and all the rest is found")
    func recoveryPointIsRight() throws {
        var deepest = 0
        var generator = SplitMix64(seed: 13)
        for placement in PlacementCatalog.all.map(\.name) {
            // Where flushes take no time, so that the point keeps up with the appends.
            let scratch = try ScratchDirectory(inMemory: true)
            var acknowledged: Int64 = 0
            let strategies = Case(appendPath: "buffered", placement: placement, flushPolicy: "messages")
            for _ in 0..<4 {
                acknowledged = try Self.run(
                    strategies, in: scratch.path, lines: Int.random(in: 100...400, using: &generator),
                    option: "checkpoint")
                let configuration = LogConfiguration.with {
                    $0.placement = placement
                    $0.maxMessageBytes = 4096
                    $0.segmentBytes = 256 * 1024
                }
                let directory = try LogDirectory(scratch.path)
                let name = try TopicPartition(topic: "t", partition: 0)
                let point = directory.checkpoint.point(of: name) ?? 0
                let log = try directory.open(name, configuration: configuration)
                #expect(log.recoveryObjection == nil)
                #expect(log.logEndOffset >= acknowledged)
                #expect(try log.records().map(\.offset) == Array(0..<log.logEndOffset))
                if log.segments.allSatisfy({ $0.baseOffset != point }) { deepest += 1 }
            }
        }
        #expect(deepest > 0, "no recovery point lay inside of a segment")
    }

    /// Runs the appending process until it said so many lines, kills it, and returns the last offset that it said.
    private static func run(
        _ strategies: Case, in directory: String, lines: Int, option: String? = nil
    ) throws -> Int64 {
        let process = Process()
        let program = URL(fileURLWithPath: try FileIdentity.resolve("/proc/self/exe")).deletingLastPathComponent()
            .appendingPathComponent("AppendUntilKilled")
        process.executableURL = program
        process.arguments = [directory, strategies.appendPath, strategies.placement, strategies.flushPolicy]
        if let option { process.arguments?.append(option) }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var output = Data()
        while output.count(where: { $0 == UInt8(ascii: "\n") }) < lines {
            let piece = pipe.fileHandleForReading.availableData
            if piece.isEmpty { break }
            output += piece
        }
        kill(process.processIdentifier, SIGKILL)
        output += try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationReason == .uncaughtSignal else {
            throw Unexpected("the process ended by itself with \(process.terminationStatus)")
        }
        // The last line may be cut off.
        let whole = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        guard let last = whole.last, let offset = Int64(last) else { throw Unexpected("no offset was acknowledged") }
        return offset
    }
}
