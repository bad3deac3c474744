internal import LinuxKernel

/// A small ext4 file system in a file, empty, which can be filled and broken. It goes with its owner at the latest.
package final class LoopDisk {
    /// Whether this process may make and mount a file system in a file.
    package static let isPossible = ProcessHandle.isRoot && (try? Command.run("losetup", ["--find"]).code) == 0

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    package let mountPoint: String
    private let image: String
    private var isMounted = false

    /// - Parameter directory: Where the image and the mount point are made.
    package convenience init(in directory: String, byteCount: Int) throws {
        try self.init(at: directory + "/mount", image: directory + "/disk", byteCount: byteCount)
    }

    /// - Parameter mountPoint: Made when it is missing.
    package init(at mountPoint: String, image: String, byteCount: Int) throws {
        self.mountPoint = mountPoint
        self.image = image
        try Directory.create(mountPoint)
        try File(image, .createNew).truncate(to: byteCount)
        try Self.run("mkfs.ext4", ["-q", "-m", "0", image])
        try mount()
        // A log directory has nothing that is not the broker's.
        try Directory.removeTree(mountPoint + "/lost+found")
    }

    deinit { try? detach() }

    /// Takes all space but so many bytes.
    package func fill(leaving byteCount: Int) throws {
        let free = Int(try Directory.fileSystem(at: mountPoint).freeBytes)
        try File(mountPoint + "/filler", .createNew).allocate(at: 0, byteCount: free - byteCount)
    }

    /// Breaks it as a device does whose journal cannot be written: from now on it can be read only,
    /// open files included.
    package func abort() throws { try Self.run("mount", ["-o", "remount,abort", mountPoint]) }

    /// Mounts it anew, as after a reboot.
    package func mountAgain() throws {
        try unmount()
        // The abort is written down as an error.
        _ = try Command.run("fsck.ext4", ["-y", image])
        try mount()
    }

    /// Unmounts, once; the loop device, which `mount` made, goes with it.
    ///
    /// - Throws: When somebody still uses it. It is then unmounted as soon as nobody does.
    package func detach() throws {
        guard isMounted else { return }
        do {
            try unmount()
        } catch {
            isMounted = false
            try Self.run("umount", ["--lazy", mountPoint])
            throw error
        }
    }

    private func mount() throws {
        try Self.run("mount", ["-o", "loop", image, mountPoint])
        isMounted = true
    }

    /// Processes that other tests started have a copy of every descriptor until they begin their program, and a ring's
    /// worker lets go of a file when it gets to it.
    private func unmount() throws {
        let deadline = MonotonicClock.now() + 10_000_000_000
        while true {
            do {
                try Self.run("umount", [mountPoint])
                isMounted = false
                return
            } catch {
                guard MonotonicClock.now() < deadline else { throw error }
                MonotonicClock.sleep(nanoseconds: 20_000_000)
            }
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let outcome = try Command.run(program, arguments)
        if outcome.code != 0 { throw Failure(description: "\(program): \(outcome.output)") }
    }
}
