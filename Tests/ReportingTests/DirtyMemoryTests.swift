import Results
import Testing

@testable import Reporting

@Suite("Dirty memory")
struct DirtyMemoryTests {
    private func sentences(share: Double?, beyond: Double) throws -> [String] {
        let folder = try TemporaryFolder()
        return try SyntheticRun.make(
            in: folder.url, axes: [.init(key: "producer.batch.size", values: ["4KiB"], role: .setup)], charts: []
        ) { column, _ in
            switch column {
            case "dirty_limit_share": share
            case "throttled_bytes": beyond
            default: nil
            }
        }.heldBack
    }

    @Test("is spoken of where it reached the limit, or the limit of the background, and not otherwise")
    func heldBack() throws {
        #expect(try sentences(share: 0.3, beyond: 0) == [])
        #expect(try sentences(share: nil, beyond: 0) == [])
        let background = try sentences(share: 0.3, beyond: 1e9)
        #expect(background.count == 1 && background[0].contains("producer.batch.size 4KiB: 10 of 10 legs wrote up to"))
        let held = try sentences(share: 3, beyond: 1e9)
        #expect(held.count == 1 && held[0].contains("in 10 of 10 legs dirty memory reached what vm.dirty_* allow"))
    }
}
