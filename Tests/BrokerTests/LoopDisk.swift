import LinuxKernel

/// A small ext4 file system in a file, which can be broken.
final class LoopDisk {
    /// Whether this process may make and mount a file system in a file.
    static let isPossible = ProcessHandle.isRoot && (try? Command.run("losetup", ["--find"]).code) == 0

    private struct Failure: Error {
        let reason: String
    }

    private let mountPoint: String
    private let image: String

    /// - Parameter mountPoint: Made when it is missing, as the directory for the image is.
    init(at mountPoint: String, image: String, byteCount: Int) throws {
        self.mountPoint = mountPoint
        self.image = image
        try Directory.create(mountPoint)
        try File(image, .createNew).truncate(to: byteCount)
        try Self.run("mkfs.ext4", ["-q", "-m", "0", image])
        try Self.run("mount", ["-o", "loop", image, mountPoint])
        // A log directory of Sluice's has only its own.
        try Directory.removeTree(mountPoint + "/lost+found")
    }

    /// Breaks it as a device does whose journal cannot be written: from now on it can be read only, open files included.
    func abort() throws { try Self.run("mount", ["-o", "remount,abort", mountPoint]) }

    /// Mounts it anew, as after a reboot.
    func mountAgain() throws {
        try Self.run("umount", [mountPoint])
        // The abort is written down as an error.
        _ = try Command.run("fsck.ext4", ["-y", image])
        try Self.run("mount", ["-o", "loop", image, mountPoint])
    }

    /// Unmounts; the loop device, which `mount` made, goes with it.
    func detach() {
        if (try? Command.run("umount", [mountPoint]).code) != 0 {
            _ = try? Command.run("umount", ["--lazy", mountPoint])
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let outcome = try Command.run(program, arguments)
        if outcome.code != 0 { throw Failure(reason: "\(program): \(outcome.output)") }
    }
}
