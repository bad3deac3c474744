internal import LinuxKernel
internal import Measurement

/// The kernel's control groups, as far as emulation needs them; see cgroups(7).
enum ControlGroup {
    /// Where a controller of version 1 is mounted; nil where it is not.
    static func root(ofVersion1 controller: String) -> String? {
        mounts?.controlGroups(ofVersion1: controller)?.point
    }

    /// Where version 2 is mounted with these controllers; nil where it is not.
    static func root(ofVersion2 controllers: [String]) -> String? {
        mounts?.controlGroupsOfVersion2.first { mount in
            let there = (try? TextFile.read(mount.point + "/cgroup.controllers"))?.split(whereSeparator: \.isWhitespace)
            return controllers.allSatisfy { there?.contains($0[...]) ?? false }
        }?.point
    }

    private static var mounts: MountTable? { MountTable.read().value }

    /// Moves a process with all its threads; what it starts from then on is in the group too.
    static func join(_ group: String, _ process: Int32) throws(SystemError) {
        try TextFile.write("\(process)", to: group + "/cgroup.procs")
    }

    /// Removes a group once its last process has ended.
    static func remove(_ group: String, patience: Int64) throws {
        let deadline = MonotonicClock.now() + patience
        while true {
            do throws(SystemError) {
                return try Directory.removeEmpty(group)
            } catch {
                guard error.name == "EBUSY", MonotonicClock.now() < deadline else { throw error }
            }
            MonotonicClock.sleep(nanoseconds: 5_000_000)
        }
    }
}
