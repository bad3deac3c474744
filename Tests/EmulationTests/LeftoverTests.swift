import Foundation
import LinuxKernel
import Testing

@testable import Emulation

@Suite("What a killed run left", .enabled(if: ProcessHandle.isRoot, "control groups are for root only"))
struct LeftoverTests {
    private static let groups = ControlGroup.root(ofVersion1: "cpu") ?? ControlGroup.root(ofVersion2: ["cpu"])

    /// A process that has ended.
    private func ended() throws -> ProcessIdentity {
        let child = try ChildProcess("sleep", ["60"])
        let text = try TextFile.read("/proc/\(child.identifier)/stat")
        let ticks = UInt64(text.split(separator: " ")[21])
        return ProcessIdentity(number: child.identifier, startTicks: try #require(ticks))
    }

    @Test("is removed, and what a running process made stays")
    func groups() throws {
        let root = try #require(Self.groups)
        let scratch = try Scratch()
        let leftovers = Leftovers(directory: scratch.path + "/run")
        let number = UInt32.random(in: 0...UInt32.max)
        let (gone, kept) = ("\(root)/sluice-test-\(number)-a", "\(root)/sluice-test-\(number)-b")
        defer { for group in [gone, kept] { try? Directory.removeEmpty(group) } }
        let owner = try ended()
        #expect(!owner.isRunning)
        try leftovers.note(.group(gone), of: owner)
        try Directory.create(gone)
        let current = try ProcessIdentity.current()
        try leftovers.note(.group(kept), of: current)
        try Directory.create(kept)

        #expect(try leftovers.remove() == [gone])
        #expect(try !Directory.exists(gone))
        #expect(try Directory.exists(kept))
        #expect(try leftovers.remove().isEmpty)
        // The same number, but another process.
        var other = current
        other.startTicks += 1
        #expect(!other.isRunning)
        try Directory.removeEmpty(kept)
        try leftovers.forget(.group(kept), of: current)
        #expect(try Directory.names(in: scratch.path + "/run") == [".lock"])
    }

    @Test(
        "a device's limits go when they are those of the killed run, and others stay",
        .enabled(if: ControlGroup.root(ofVersion1: "blkio") != nil, "the rules of version 1 are tested"))
    func limits() throws {
        let root = try #require(ControlGroup.root(ofVersion1: "blkio"))
        let rules = root + "/blkio.throttle.write_bps_device"
        let scratch = try Scratch()
        let leftovers = Leftovers(directory: scratch.path + "/run")
        let loop = try LoopDevice.free()
        let device = LoopDevice.device(loop)
        defer { try? TextFile.write("\(device) 0", to: rules) }
        let ours = 12_345_678
        for (limit, isGone) in [(ours, true), (ours + 1, false)] {
            let image = scratch.path + "/image"
            try leftovers.note(.disk(loop: loop, image: image, bytes: ours, operations: 0), of: try ended())
            try TextFile.write("\(device) \(limit)", to: rules)
            try leftovers.remove()
            #expect(try TextFile.read(rules).contains("\(device) \(limit)\n") != isGone)
        }
    }
}
