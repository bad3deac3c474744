import LinuxKernel
import Synchronization
import Testing

@testable import Emulation

/// A small disk, and why this machine cannot have it.
private let small = DiskSpecification(byteCount: 320 << 20, fileSystem: .ext4, writeBytesPerSecond: 24 << 20)
private let objection = EmulatedDisks.objection(to: small)

@Suite("Emulated disks", .enabled(if: objection == nil, "\(objection ?? "")"), .serialized)
struct DiskTests {
    @Test("are mounted for their own processes only, keep to the asked rate, and leave nothing behind")
    func life() throws {
        let scratch = try Scratch()
        let before = try Machine.now()
        let found = Mutex<(check: DiskCheck?, isSeen: Bool)>((nil, false))
        try onThread {
            let check = try DiskCheck(small, count: 2, in: scratch.path)
            found.withLock { $0.check = check }
        }
        let check = try #require(found.withLock { $0.check })
        #expect(check.disks.count == 2)
        #expect(check.objection == nil)
        var wrong = check
        wrong.asked.writeBytesPerSecond = 48 << 20
        #expect(wrong.objection?.contains("48.0 MiB/s were asked for") == true)
        #expect(try Machine.now() == before)
    }

    @Test(
        "have any of the file systems, and as many writes a second as asked",
        arguments: DiskSpecification.FileSystem.allCases)
    func fileSystems(_ system: DiskSpecification.FileSystem) throws {
        let disk = DiskSpecification(byteCount: 320 << 20, fileSystem: system, writeOperationsPerSecond: 500)
        guard EmulatedDisks.objection(to: disk) == nil else { return }
        let scratch = try Scratch()
        let before = try Machine.now()
        try onThread {
            let check = try DiskCheck(disk, count: 1, in: scratch.path)
            guard check.objection == nil else { throw EmulationError(check.objection ?? "") }
        }
        #expect(try Machine.now() == before)
    }

    @Test("whose making fails are gone")
    func failure() throws {
        let scratch = try Scratch()
        let before = try Machine.now()
        let tooSmall = DiskSpecification(byteCount: 1 << 20, fileSystem: .btrfs, writeBytesPerSecond: 1 << 20)
        #expect(throws: EmulationError.self) {
            try onThread {
                _ = try EmulatedDisks(
                    tooSmall, at: [scratch.path + "/disk"], leftovers: Leftovers(directory: scratch.path + "/run"))
            }
        }
        // The limit of the device stays for the next start.
        #expect(try Machine.now().loops == before.loops)
        try Leftovers(directory: scratch.path + "/run").remove()
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

/// What there is on the machine that a test must leave as it was.
struct Machine: Equatable {
    var mounts: String
    var loops: String
    var limits: String

    static func now() throws -> Machine {
        let limits = "/sys/fs/cgroup/blkio/blkio.throttle.write_"
        func limit(_ name: String) -> String { (try? TextFile.read(limits + name)) ?? "" }
        return Machine(
            mounts: try TextFile.read("/proc/1/mountinfo"),
            loops: try Command.run("losetup", ["--all", "--noheadings", "--output", "NAME,BACK-FILE"]).output,
            limits: limit("bps_device") + limit("iops_device"))
    }
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
