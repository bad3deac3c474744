import LinuxKernel
import Synchronization
import Testing

@testable import Emulation

/// A small disk, and why this machine cannot have it.
private let small = DiskSpecification(byteCount: 320 << 20, fileSystem: .ext4, writeBytesPerSecond: 24 << 20)
/// How often a disk is measured here: other tests use the real one at the same time.
private let attempts = 2 * DiskCheck.attempts
private let objection = EmulatedDisks.objection(to: small)

@Suite("Emulated disks", .enabled(if: objection == nil, "\(objection ?? "")"), .serialized)
struct DiskTests {
    @Test("are mounted for their own processes only, keep to the asked rate, and leave nothing behind")
    func life() throws {
        let scratch = try Scratch()
        let found = Mutex<DiskCheck?>(nil)
        try onThread {
            var check = try DiskCheck(small, count: 2, in: scratch.path, seconds: 1)
            for _ in 1..<attempts where check.objection != nil {
                check = try DiskCheck(small, count: 2, in: scratch.path, seconds: 1)
            }
            found.withLock { $0 = check }
        }
        let check = try #require(found.withLock { $0 })
        #expect(check.disks.count == 2)
        #expect(check.objection == nil)
        var wrong = check
        wrong.asked.writeBytesPerSecond = 48 << 20
        #expect(wrong.objection?.contains("48.0 MiB/s were asked for") == true)
        #expect(try traces(of: scratch.path) == [])
    }

    private static func disk(with system: DiskSpecification.FileSystem) -> DiskSpecification {
        DiskSpecification(byteCount: 320 << 20, fileSystem: system, writeOperationsPerSecond: 200)
    }

    /// Those that this machine can make.
    private static let makeable = DiskSpecification.FileSystem.allCases.filter { system in
        guard let reason = EmulatedDisks.objection(to: disk(with: system)) else { return true }
        print("emulated disks with \(system.rawValue) are not tested: \(reason)")
        return false
    }

    @Test("have any of the file systems, and as many writes a second as asked", arguments: makeable)
    func fileSystems(_ system: DiskSpecification.FileSystem) throws {
        let disk = Self.disk(with: system)
        let scratch = try Scratch()
        try onThread {
            var objection: String?
            for _ in 1...attempts {
                objection = try DiskCheck(disk, count: 1, in: scratch.path, seconds: 1).objection
                if objection == nil { return }
            }
            if let objection { throw EmulationError(objection) }
        }
        #expect(try traces(of: scratch.path) == [])
    }

    @Test("whose making fails are gone")
    func failure() throws {
        let scratch = try Scratch()
        let tooSmall = DiskSpecification(byteCount: 1 << 20, fileSystem: .btrfs, writeBytesPerSecond: 1 << 20)
        #expect(throws: EmulationError.self) {
            try onThread {
                _ = try EmulatedDisks(
                    tooSmall, at: [scratch.path + "/disk"], leftovers: Leftovers(directory: scratch.path + "/run"))
            }
        }
        // What it had written down is this process's, which goes on; at its end the next start removes it.
        let run = scratch.path + "/run"
        #expect(try Directory.names(in: run).count == 2)
        for name in try Directory.names(in: run) where name.hasSuffix(".made") {
            try Directory.rename(run + "/" + name, to: run + "/\(name.split(separator: "-")[0])-1.made")
        }
        try Leftovers(directory: run).remove()
        #expect(try Directory.names(in: run) == [".lock"])
        #expect(try traces(of: scratch.path) == [])
    }
}

/// Runs what changes its thread's mounts on a thread that ends with it.
func onThread(_ body: @escaping @Sendable () throws -> Void) throws {
    let result = Mutex<Result<Void, any Error>?>(nil)
    let thread = try KernelThread(name: "emulation") {
        let found = Result { try body() }
        result.withLock { $0 = found }
    }
    thread.join()
    try result.withLock { $0 }?.get()
}

/// What of a directory there is on the machine beside its files: mounts, loop devices, and limits of
/// devices that have no file.
///
/// Other tests make disks at the same time, and killed runs leave limits for a while, so those have some seconds to go.
func traces(of directory: String) throws -> [String] {
    let tables = [
        try TextFile.read("/proc/1/mountinfo"),
        try Command.run("losetup", ["--all", "--noheadings", "--output", "NAME,BACK-FILE"]).output,
    ]
    let found = tables.flatMap { $0.split(separator: "\n") }.filter { $0.contains(directory) }.map(String.init)
    let deadline = MonotonicClock.now() + 20_000_000_000
    while try !uselessLimits().isEmpty, MonotonicClock.now() < deadline {
        MonotonicClock.sleep(nanoseconds: 50_000_000)
    }
    return try found + uselessLimits()
}

private func uselessLimits() throws -> [String] {
    let limits = "/sys/fs/cgroup/blkio/blkio.throttle.write_"
    let lines = [limits + "bps_device", limits + "iops_device"].flatMap {
        (try? TextFile.read($0))?.split(separator: "\n") ?? []
    }
    return try lines.filter { line in
        guard line.hasPrefix("7:"), let number = Int(line.dropFirst(2).prefix { $0.isNumber }) else { return false }
        return try LoopDevice.backingFile(of: number) == nil
    }.map(String.init)
}

/// A directory of a test's own.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "/tmp/sluice-emulation-tests-\(UInt64.random(in: 0...UInt64.max))"
        try Directory.create(path)
    }

    deinit { try? Directory.removeTree(path) }
}
