internal import LinuxKernel

/// Where the control groups of this process are, as it sees them; see cgroups(7).
enum ControlGroupPath {
    /// The directory of the process's group with a controller and those above it, up to where it is mounted.
    ///
    /// - Parameter groups: The text of /proc/self/cgroup.
    static func directories(of controller: String, groups: String, mounts: MountTable) -> [String] {
        struct Line {
            var controllers: [Substring]
            var group: Substring
        }
        let lines = groups.split(separator: "\n").compactMap { line -> Line? in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            return Line(controllers: parts[1].split(separator: ","), group: parts[2])
        }
        if let line = lines.first(where: { $0.controllers.contains(controller[...]) }) {
            return mounts.controlGroups(ofVersion1: controller).map { directories(of: line.group, below: $0) } ?? []
        }
        // Version 2 has one hierarchy; beside version 1 it is there too, with the controllers that version 1 does not have.
        guard let line = lines.first(where: \.controllers.isEmpty),
            let mount = mounts.controlGroupsOfVersion2.first
        else { return [] }
        return directories(of: line.group, below: mount)
    }

    private static func directories(of group: Substring, below mount: MountTable.Mount) -> [String] {
        // In a container the mount may begin at its group, while the group is named from the machine's root.
        var rest = group
        if mount.root != "/", rest.hasPrefix(mount.root) { rest = rest.dropFirst(mount.root.count) }
        var parts = rest.split(separator: "/")
        var found: [String] = []
        repeat {
            found.append(([Substring(mount.point)] + parts).joined(separator: "/"))
        } while parts.popLast() != nil
        return found
    }
}
