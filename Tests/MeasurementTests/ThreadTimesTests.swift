import LinuxKernel
import Measurement
import Testing

@Suite("Processor time of threads")
struct ThreadTimesTests {
    /// What made-up threads used in a second, in which each went from the first number to the second.
    private func used(_ threads: [String: (before: UInt64?, after: UInt64?)]) -> UInt64 {
        let before = ThreadTimes(threads.compactMapValues { $0.before }, at: 5_000_000_000)
        let after = ThreadTimes(threads.compactMapValues { $0.after }, at: 6_000_000_000)
        return after.nanoseconds(since: before)
    }

    @Test("threads count with what they used in between, those that are new with all of it, and those that ended not")
    func differences() {
        #expect(used([:]) == 0)
        #expect(used(["7": (900, 1_000), "8": (50, 50)]) == 100)
        #expect(used(["7": (900, 1_000), "9": (nil, 30)]) == 130)
        #expect(used(["7": (900, 1_000), "9": (30, nil)]) == 100)
    }

    @Test("an identifier that another thread has by now counts with what that one used")
    func reusedIdentifier() {
        #expect(used(["7": (900, 100)]) == 100)
        #expect(used(["7": (.max, 0), "8": (1, 2)]) == 1)
    }

    @Test("a thread that the first listing lacked counts with no more time than passed")
    func unlistedThread() {
        #expect(used(["7": (nil, 3_600_000_000_000), "8": (10, 20)]) == 1_000_000_010)
    }

    @Test("a thread that ended after it was listed is left out; one that is there without its time is an error")
    func endedThread() throws {
        try withTemporaryDirectory { directory in
            try Directory.create(directory + "/7")
            try TextFile.replace(directory + "/7/schedstat", with: "1200 34 5\n")
            let none = ThreadTimes([:], at: 0)
            #expect(try ThreadTimes(of: ["7", "8"], in: directory).nanoseconds(since: none) == 1_200)
            try Directory.create(directory + "/9")
            #expect(throws: SystemError.self) { try ThreadTimes(of: ["7", "9"], in: directory) }
        }
    }
}
