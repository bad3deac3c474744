internal import Glibc

/// Which file a path names: the device that holds it and, for a device node, the device that it stands for.
package struct FileIdentity: Sendable, Equatable {
    /// A device number in its two halves, written `major:minor` in /proc and /sys.
    package struct DeviceNumber: Sendable, Equatable, CustomStringConvertible {
        package var major: UInt32
        package var minor: UInt32

        package init(major: UInt32, minor: UInt32) {
            self.major = major
            self.minor = minor
        }

        /// The C library's packing of `dev_t` (see makedev(3)): 12 + 20 bits for the major, 8 + 12 + ... for the minor.
        init(_ packed: dev_t) {
            let number = UInt64(packed)
            major = UInt32(truncatingIfNeeded: (number >> 8) & 0xfff | (number >> 32) & 0xffff_f000)
            minor = UInt32(truncatingIfNeeded: number & 0xff | (number >> 12) & 0xffff_ff00)
        }

        package var description: String { "\(major):\(minor)" }
    }

    /// The device of the file system that holds the file; its major is 0 where no single block device does.
    package var device: DeviceNumber
    package var inode: UInt64
    /// The device that this node stands for; nil for anything but a block device.
    package var blockDevice: DeviceNumber?

    /// Looks at a path, following symbolic links.
    package init(of path: String) throws(SystemError) {
        var status = stat()
        _ = try systemCall(.stat, "stat", path: path) { unsafe stat(path, &status) }
        device = DeviceNumber(status.st_dev)
        inode = UInt64(status.st_ino)
        blockDevice = status.st_mode & S_IFMT == S_IFBLK ? DeviceNumber(status.st_rdev) : nil
    }

    /// The absolute path without symbolic links; the file must exist.
    package static func resolve(_ path: String) throws(SystemError) -> String {
        CallCounters.count(.stat)
        guard let resolved = unsafe realpath(path, nil) else {
            throw SystemError(call: "realpath", path: path, code: errno)
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
