import CAllocationCounter
import Foundation
import Measurement
import Testing

@Suite("Latency recorder")
struct LatencyRecorderTests {
    @Test("percentiles keep three significant digits and the maximum is exact")
    func percentiles() throws {
        var recorder = LatencyRecorder()
        for microseconds in 1...10_000 { recorder.record(nanoseconds: Int64(microseconds) * 1_000) }
        let summary = try #require(recorder.summary)
        #expect(summary.count == 10_000)
        for (found, exact) in [
            (summary.p50, 5_000_000), (summary.p90, 9_000_000), (summary.p99, 9_900_000), (summary.p999, 9_990_000),
        ] {
            #expect(abs(Double(found) / Double(exact) - 1) < 0.001)
        }
        #expect(summary.max == 10_000_000)
    }

    @Test("nothing recorded has no percentiles, not zeros")
    func empty() {
        #expect(LatencyRecorder().summary == nil)
        #expect(LatencyRecorder().percentile(50) == nil)
    }

    @Test("zero and two hours are recorded like anything else")
    func range() throws {
        var recorder = LatencyRecorder()
        recorder.record(nanoseconds: 0)
        recorder.record(nanoseconds: 2 * LatencyRecorder.preparedRange)
        #expect(recorder.count == 2)
        #expect(recorder.percentile(50) == 0)
        #expect(recorder.summary?.max == UInt64(2 * LatencyRecorder.preparedRange))
    }

    @Test("recording allocates nothing, from a nanosecond to an hour")
    func allocations() {
        var recorder = LatencyRecorder()
        recorder.record(nanoseconds: 1)
        let before = sluice_thread_allocations()
        var value: Int64 = 1
        while value <= LatencyRecorder.preparedRange {
            recorder.record(nanoseconds: value)
            value *= 2
        }
        recorder.record(nanoseconds: LatencyRecorder.preparedRange)
        #expect(sluice_thread_allocations() - before == 0)
        #expect(recorder.count == 44)
    }

    @Test("merging gives the percentiles of all values, not the mean of percentiles")
    func merging() throws {
        var fast = LatencyRecorder()
        var slow = LatencyRecorder()
        var both = LatencyRecorder()
        for _ in 0..<990 { fast.record(nanoseconds: 100) }
        for _ in 0..<10 { slow.record(nanoseconds: 1_000_000) }
        for _ in 0..<990 { both.record(nanoseconds: 100) }
        for _ in 0..<10 { both.record(nanoseconds: 1_000_000) }
        fast.merge(slow)
        #expect(fast == both)
        #expect(fast.percentile(99) == 100)
        #expect(try #require(fast.percentile(99.9)) >= 999_000)
    }

    @Test("a recorder comes back from JSON with the same counts and maximum")
    func coding() throws {
        var recorder = LatencyRecorder()
        var value: Int64 = 1
        for _ in 0..<2_000 {
            value = (value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407) & 0x3f_ffff_ffff
            recorder.record(nanoseconds: value)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(recorder)
        let back = try JSONDecoder().decode(LatencyRecorder.self, from: json)
        #expect(back.summary == recorder.summary)
        #expect(try encoder.encode(back) == json)
        let empty = try JSONDecoder().decode(LatencyRecorder.self, from: JSONEncoder().encode(LatencyRecorder()))
        #expect(empty.count == 0)
    }

    @Test(
        "JSON that is not a histogram is refused",
        arguments: [
            #"{"values":[1,2],"counts":[1],"max":2}"#,
            #"{"values":[2,1],"counts":[1,1],"max":2}"#,
            #"{"values":[1],"counts":[0],"max":1}"#,
            #"{"values":[1],"counts":[1],"max":9000}"#,
            #"{"values":[],"counts":[],"max":1}"#,
            #"{"values":[18446744073709551615],"counts":[1],"max":18446744073709551615}"#,
        ])
    func corruptCoding(json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(LatencyRecorder.self, from: Data(json.utf8))
        }
    }

    @Test("the percentile distribution is in HdrHistogram's own layout")
    func distribution() throws {
        var recorder = LatencyRecorder()
        for value in 1...1_000 { recorder.record(nanoseconds: Int64(value)) }
        let lines = recorder.percentileDistribution.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "       Value     Percentile TotalCount 1/(1-Percentile)")
        #expect(lines[1] == "")
        #expect(lines[2] == "       1.000 0.000000000000          1           1.00")
        #expect(lines.contains("    1000.000 1.000000000000       1000"))
        #expect(lines.contains { $0.hasPrefix("#[Mean    =      500.500, StdDeviation   =      288.675]") })
        #expect(lines.contains { $0.hasPrefix("#[Max     =     1000.000, Total count    =         1000]") })
    }
}
