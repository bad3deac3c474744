import Experiments
import Foundation
import LinuxKernel
import LoadGenerator
import Measurement
import Results
import Testing

@testable import Runner

@Suite("Guards of a leg")
struct LegGuardsTests {
    private func contamination(_ metrics: [String: Double], _ changes: [String: String] = [:]) throws -> String? {
        var settings = Settings()
        for (key, value) in changes { try settings.set(key, to: value) }
        return LegGuards(settings).contamination(in: metrics.merging(["duration_ns": 1e9]) { $1 })
    }

    @Test("name each share that is beyond its limit, and let those within it and those unknown pass")
    func limits() throws {
        #expect(try contamination([:]) == nil)
        #expect(try contamination(["steal_share": 0.05, "other_load_share": 0.15, "pressure_io_share": 1]) == nil)
        #expect(
            try contamination(["steal_share": 0.08])
                == "the hypervisor took 8.00 % of the time, at most 5.00 % are allowed")
        let both = try #require(try contamination(["other_load_share": 0.4, "pressure_memory_share": 0.5]))
        #expect(both.contains("other programs used 40.0 %") && both.contains("waited for memory for 50.0 %"))
        #expect(try contamination(["steal_share": 0.08], ["run.steal.limit": "0.1"]) == nil)
        #expect(try contamination(["pressure_io_share": 0.3], ["run.pressure.io.limit": "0.2"]) != nil)
    }

    @Test(
        "do not let a leg count whose data was not where it was to be, and leave worse reasons to speak for themselves")
    func cacheState() {
        func status(_ change: (inout LoadOutcome) -> Void) -> LegStatus {
            var outcome = LoadOutcome()
            change(&outcome)
            return LegResult(
                outcome, verifies: true, method: "", evidence: PathEvidence(append: "buffered")
            ).status
        }
        #expect(status { _ in } == .ok)
        #expect(status { $0.cacheObjection = "the log was to be cold" } == .contaminated)
        #expect(
            status {
                $0.cacheObjection = "the log was to be cold"
                $0.discrepancy = "record 5 is missing"
            } == .unverified)
    }

    @Test("judge short legs too, by what was seen from before the leg on, or around it and those before")
    func short() async throws {
        #expect(LegGuards(Settings()).contamination(in: ["steal_share": 1, "duration_ns": 4e8]) != nil)
        let surroundings = Surroundings()
        let idle = try await surroundings.watchIdleMachine()
        // In a container the kernel's own threads cannot be told from other programs; that is said, and the rest is known.
        guard idle.value != nil else {
            #expect(idle.reason?.contains("kernel's own threads") == true, "\(idle)")
            #expect(surroundings.shares()["steal_share"]?.value != nil)
            return
        }
        // A thread of another process is what has to be seen; this one's own time is not others'.
        let other = Process()
        other.executableURL = URL(filePath: "/bin/sh")
        other.arguments = ["-c", "while :; do :; done"]
        try other.run()
        defer {
            kill(other.processIdentifier, SIGKILL)
            other.waitUntilExit()
        }
        for _ in 0..<20 {
            let ended = try ProcessUsage.ofEndedChildren().cpuNanoseconds
            surroundings.beginLeg()
            let (before, began) = (try ProcessHandle.cpuNanoseconds(of: other.processIdentifier), MonotonicClock.now())
            usleep(600_000)
            let used = Double(try ProcessHandle.cpuNanoseconds(of: other.processIdentifier) - before)
            let all = Double(MonotonicClock.now() - began) * Double(ProcessHandle.processorCount)
            let shares = surroundings.shares()
            // What other tests started and what ended meanwhile counts as this process's own, from its beginning on.
            guard try ProcessUsage.ofEndedChildren().cpuNanoseconds - ended < 20_000_000 else { continue }
            let share = try #require(shares["other_load_share"]?.value)
            // Beside busy tests it gets little; alone it has a processor.
            #expect(share > 0.5 * used / all - 0.03, "\(share), of which it used \(used / all)")
            #expect(shares["steal_share"]?.value != nil)
            return
        }
    }

    @Test("leave out what this program and what it started used by itself")
    func own() throws {
        let before = try #require(Surroundings.ownNanoseconds().value)
        let child = Process()
        child.executableURL = URL(filePath: "/bin/sh")
        child.arguments = ["-c", "ulimit -t 1; while :; do :; done"]
        try child.run()
        child.waitUntilExit()
        let after = try #require(Surroundings.ownNanoseconds().value)
        #expect(after - before >= 900_000_000, "the child had a second")
    }

    @Test("know every memory state that a scenario can name")
    func states() {
        for state in MemoryPreparation.allCases {
            #expect(MemoryStateCatalog.entry(named: state.rawValue) != nil)
        }
        #expect(MemoryStateCatalog.all.count == MemoryPreparation.allCases.count)
    }
}
