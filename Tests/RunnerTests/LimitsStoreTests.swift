import Foundation
import LinuxKernel
import Results
import Testing

@testable import Runner

@Suite("Limits that are kept from run to run")
struct LimitsStoreTests {
    private let scratch: Scratch
    private let url: URL
    private let place: LimitsStore.Place

    init() throws {
        scratch = try Scratch("limits")
        url = scratch.url.appending(path: "limits.json")
        place = try #require(LimitsStore.Place(directory: scratch.url.path))
    }

    private func limit(_ name: String, _ plain: Double?, secondsAgo: Int = 0) -> MeasuredLimit {
        MeasuredLimit(
            name: name, title: name, summary: name, unit: .bytesPerSecond,
            plain: plain.map { Estimate(median: $0, low: nil, high: nil) },
            notMeasured: plain == nil ? "there is none" : nil, time: Int(WallClock.now() / 1_000_000_000) - secondsAgo)
    }

    @Test("come back by their names, a later figure instead of an earlier one; what was not measured does not")
    func keeps() {
        #expect(LimitsStore.read(url, at: place).isEmpty)
        LimitsStore.add([limit("write", 1e9), limit("device", nil)], to: url, at: place)
        LimitsStore.add([limit("write", 2e9), limit("read", 3e9)], to: url, at: place)
        let kept = LimitsStore.read(url, at: place)
        #expect(kept.mapValues { $0.plain?.median } == ["write": 2e9, "read": 3e9])
    }

    @Test("are measured again after an hour, and where the clock was set back")
    func age() {
        let limits = [limit("fresh", 1, secondsAgo: 3500), limit("old", 1, secondsAgo: 3700)]
        LimitsStore.add(limits + [limit("to come", 1, secondsAgo: -100)], to: url, at: place)
        #expect(LimitsStore.read(url, at: place).keys.sorted() == ["fresh"])
    }

    @Test("hold for one boot and one device only")
    func places() throws {
        LimitsStore.add([limit("write", 1)], to: url, at: place)
        var other = place
        other.boot = "another"
        #expect(LimitsStore.read(url, at: other).isEmpty)
        other = place
        other.device = "another"
        #expect(LimitsStore.read(url, at: other).isEmpty)
        // Two devices do not share a file: the one that wrote last has it.
        LimitsStore.add([limit("read", 1)], to: url, at: other)
        #expect(LimitsStore.read(url, at: other).keys.sorted() == ["read"])
        #expect(LimitsStore.read(url, at: place).isEmpty)
    }

    @Test("are measured again where their file cannot be read", arguments: ["", "{", "[]", "{\"limits\": []}"])
    func damaged(_ text: String) throws {
        try Data(text.utf8).write(to: url)
        #expect(LimitsStore.read(url, at: place).isEmpty)
        LimitsStore.add([limit("write", 1)], to: url, at: place)
        #expect(LimitsStore.read(url, at: place).keys.sorted() == ["write"])
    }
}
