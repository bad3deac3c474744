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

    /// As `resolve`, for a path of which the end need not exist yet: what is not there stays as it is written.
    ///
    /// - Parameter links: How many links that lead to nothing may still be followed; then ELOOP.
    package static func resolvePlanned(_ path: String, links: Int = 40) throws(SystemError) -> String {
        do throws(SystemError) {
            return try resolve(path)
        } catch {
            guard error.code == ENOENT, !path.isEmpty else { throw error }
            let parts = path.split(separator: "/")
            let root = path.hasPrefix("/") ? "/" : ""
            guard let name = parts.last else { throw error }
            let above = parts.count > 1 ? root + parts.dropLast().joined(separator: "/") : root.isEmpty ? "." : root
            // A link to something that is not there yet.
            if let target = target(ofLink: root + parts.joined(separator: "/")) {
                guard links > 0 else { throw SystemError(call: "realpath", path: path, code: ELOOP) }
                return try resolvePlanned(target.hasPrefix("/") ? target : above + "/" + target, links: links - 1)
            }
            let place = try resolvePlanned(above, links: links)
            return place == "/" ? place + name : place + "/" + name
        }
    }

    /// Nil for what is no link.
    private static func target(ofLink path: String) -> String? {
        CallCounters.count(.stat)
        let length = Int(PATH_MAX)
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: length) { buffer in
            let count = unsafe readlink(path, buffer.baseAddress!, length)
            guard count > 0, count < length else { return nil }
            return unsafe String(
                decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]), as: UTF8.self)
        }
    }
}
