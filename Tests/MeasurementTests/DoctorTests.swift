import LinuxKernel
import Measurement
import Testing

@Suite("Doctor")
struct DoctorTests {
    @Test("every check that is not fit says what to do")
    func advice() throws {
        let diagnoses = Doctor.examine(dataPath: "/tmp")
        #expect(Set(diagnoses.map(\.check)).count == diagnoses.count)
        for diagnosis in diagnoses {
            #expect(!diagnosis.finding.isEmpty)
            #expect(diagnosis.advice.isEmpty == (diagnosis.verdict == .ok), "\(diagnosis)")
        }
        #expect(try Directory.names(in: "/tmp").allSatisfy { !$0.hasPrefix(".sluice-doctor") })
    }

    @Test("a data directory that does not exist is a finding, not a crash")
    func missingDirectory() {
        let diagnoses = Doctor.examine(dataPath: "/no/such/directory")
        #expect(diagnoses.contains { $0.check == "free space" && $0.verdict == .missing })
        #expect(diagnoses.contains { $0.check == "data directory" && $0.verdict == .missing })
    }

    @Test("each limit has two sides")
    func limits() throws {
        let boot = try #require(ProcessorTicks("cpu  0 0 0 0 0 0 0 0"))
        /// Shares in thousandths.
        func shares(steal: Int, user: Int) throws -> Measured<ProcessorShares> {
            try #require(ProcessorTicks("cpu  \(user) 0 0 \(1000 - user - steal) 0 0 0 \(steal)")).shares(since: boot)
        }
        let stalled = try #require(Pressure("some total=500\nfull total=0\n"))
            .shares(since: try #require(Pressure("some total=0\nfull total=0\n")), elapsedNanoseconds: 1_000_000)
        #expect(Doctor.build(isDebug: true).verdict == .missing)
        #expect(Doctor.build(isDebug: false).verdict == .ok)
        #expect(Doctor.processors(count: 1).verdict == .warn)
        #expect(Doctor.processors(count: 2).verdict == .ok)
        #expect(Doctor.steal(try shares(steal: 4, user: 0)).verdict == .ok)
        #expect(Doctor.steal(try shares(steal: 40, user: 0)).verdict == .warn)
        #expect(Doctor.steal(try shares(steal: 40, user: 0)).finding == "4.0 %")
        #expect(Doctor.otherLoad(try shares(steal: 0, user: 50)).verdict == .ok)
        #expect(Doctor.otherLoad(try shares(steal: 0, user: 500)).verdict == .warn)
        let stall = Interruptions(share: 0.0061, longestNanoseconds: 4_980_000)
        #expect(Doctor.interruptions(.value(stall)).verdict == .warn)
        #expect(Doctor.interruptions(.value(stall)).finding == "0.6 % of the time, 4980 µs at the longest")
        #expect(Doctor.interruptions(.value(Interruptions(share: 0.0009, longestNanoseconds: 1))).verdict == .ok)
        #expect(Doctor.interruptions(.notMeasured(because: "EPERM")).verdict == .warn)
        #expect(Doctor.governor(.value("performance")).verdict == .ok)
        #expect(Doctor.governor(.value("powersave")).verdict == .warn)
        #expect(Doctor.swap(.value("SwapTotal: 0 kB\nSwapFree: 0 kB\n")).verdict == .ok)
        #expect(Doctor.swap(.value("SwapTotal: 4096 kB\nSwapFree: 1024 kB\n")).finding == "3 MiB")
        #expect(Doctor.swap(.value("")).verdict == .warn)
        #expect(Doctor.hostMemory(.value(ReturnedMemory(ratio: 1.2))).verdict == .ok)
        let takenBack = Doctor.hostMemory(.value(ReturnedMemory(ratio: 6.54)))
        #expect(takenBack.verdict == .warn && takenBack.advice.contains("run.memory.state"))
        #expect(takenBack.finding.hasSuffix("after 3 s of being free it takes 6.5 times as long to touch"))
        #expect(Doctor.pressure(.value(stalled)).verdict == .warn)
        #expect(Doctor.pressure(.notMeasured(because: "no file")).verdict == .warn)
        #expect(Doctor.fileSystem(.value("ext4")).verdict == .ok)
        #expect(Doctor.fileSystem(.value("tmpfs")).verdict == .warn)
        #expect(Doctor.direct(.value([4, 512])).verdict == .ok)
        #expect(Doctor.direct(.value([0, 0])).verdict == .warn)
        #expect(Doctor.tracepoints(paranoid: .value("2"), isRoot: false, traceFS: true).verdict == .warn)
        #expect(Doctor.tracepoints(paranoid: .value("2"), isRoot: true, traceFS: false).verdict == .warn)
        #expect(Doctor.tracepoints(paranoid: .value("2"), isRoot: true, traceFS: true).verdict == .ok)
        #expect(Doctor.tracepoints(paranoid: .value("-1"), isRoot: false, traceFS: true).verdict == .ok)
        #expect(Doctor.ring(disabled: .value("2"), isRoot: true).verdict == .missing)
        #expect(Doctor.ring(disabled: .value("1"), isRoot: true).verdict == .ok)
        #expect(Doctor.ring(disabled: .value("1"), isRoot: false).verdict == .missing)
    }
}
