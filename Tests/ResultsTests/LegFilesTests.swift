import Foundation
import Results
import Testing

@Suite("Files of legs")
struct LegFilesTests {
    @Test("a latency curve is read back from its file, and curves merge as if one histogram had recorded them")
    func curves() throws {
        let one = LatencyCurve(
            operation: "produce",
            steps: [.init(nanoseconds: 10, cumulativeCount: 3), .init(nanoseconds: 30, cumulativeCount: 4)])
        let other = LatencyCurve(
            operation: "produce",
            steps: [.init(nanoseconds: 20, cumulativeCount: 5), .init(nanoseconds: 30, cumulativeCount: 7)])
        #expect(LatencyCurve(operation: "produce", hgrm: one.hgrm) == one)
        #expect(
            LatencyCurve.merged([one, other], operation: "produce").steps == [
                .init(nanoseconds: 10, cumulativeCount: 3), .init(nanoseconds: 20, cumulativeCount: 8),
                .init(nanoseconds: 30, cumulativeCount: 11),
            ])
        for text in ["1 2", "x 0.5 3", "30 0.5 3\n20 1.0 4", "30 0.5 3\n40 1.0 2"] {
            #expect(LatencyCurve(operation: "produce", hgrm: text) == nil, "\(text)")
        }
    }

    @Test("a timeline is read back by leg, without a line that an interruption tore")
    func timeline() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "timeline.csv")
        #expect(try TimelineFile.read(url).isEmpty)
        let sample = Sample(cell: "c1", round: 2, leg: 3, status: .ok, axes: [])
        let rows = [TimelineRow(elapsedNanoseconds: 5, series: "dirty_bytes", value: 1.5)]
        try TimelineFile.append(rows, of: sample, to: url)
        let handle = try FileHandle(forWritingTo: url)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("c1,2,3,9,di".utf8))
        try handle.close()
        #expect(try TimelineFile.read(url) == [.init(cell: "c1", round: 2, leg: 3): rows])
        try Data("cell,round,leg,elapsed_ns,series,value\nc1,2,3,x,s,1\n".utf8).write(to: url)
        #expect(throws: ResultsError.self) { try TimelineFile.read(url) }
    }
}
