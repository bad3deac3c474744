internal import LinuxKernel

/// The mounted file systems, from /proc/self/mountinfo; see proc_pid_mountinfo(5).
package struct MountTable: Sendable, Equatable {
    package struct Mount: Sendable, Equatable {
        /// The device of the file system, `major:minor`; anonymous (major 0) for some kinds.
        package var device: String
        /// The directory of the file system that is mounted; `/` is all of it.
        package var root: String
        /// Where it is mounted.
        package var point: String
        /// Options of this mount, and of the file system behind it.
        package var options: String
        package var fileSystemOptions: String
        package var fileSystem: String
        package var source: String
    }

    package var mounts: [Mount] = []

    /// Parses the file; lines that are not mounts are skipped.
    package init(_ text: String) {
        for line in text.split(separator: "\n") {
            // Optional fields stand between the sixth field and a hyphen.
            let words = line.words
            guard let hyphen = words.firstIndex(of: "-"), hyphen >= 6, words.count > hyphen + 3 else { continue }
            mounts.append(
                Mount(
                    device: String(words[2]), root: Self.unescape(words[3]), point: Self.unescape(words[4]),
                    options: String(words[5]),
                    fileSystemOptions: String(words[hyphen + 3]), fileSystem: String(words[hyphen + 1]),
                    source: Self.unescape(words[hyphen + 2])))
        }
    }

    package static func read() -> Measured<MountTable> {
        Measured(file: "/proc/self/mountinfo").map { MountTable($0) }
    }

    /// Where control groups of version 1 are mounted that have a controller; nil where none are.
    package func controlGroups(ofVersion1 controller: String) -> Mount? {
        mounts.first {
            $0.fileSystem == "cgroup" && $0.fileSystemOptions.split(separator: ",").contains(controller[...])
        }
    }

    /// Where those of version 2 are mounted.
    package var controlGroupsOfVersion2: [Mount] { mounts.filter { $0.fileSystem == "cgroup2" } }

    /// The mount that holds an absolute path without symbolic links: the longest mount point above it, and the last of
    /// those mounted over each other.
    package func mount(holding path: String) -> Mount? {
        var found: Mount?
        for mount in mounts {
            let above = mount.point == "/" || path == mount.point || path.hasPrefix(mount.point + "/")
            if above, mount.point.utf8.count >= found?.point.utf8.count ?? 0 { found = mount }
        }
        return found
    }

    /// Blanks, tabs, line ends and backslashes are written as three octal digits behind a backslash.
    private static func unescape(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
