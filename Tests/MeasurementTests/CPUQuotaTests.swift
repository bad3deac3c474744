import Testing

@testable import Measurement

@Suite("The CPU quota of the control group that a program runs in")
struct CPUQuotaTests {
    private let version2 = MountTable("31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")

    private func quota(_ groups: String, _ mounts: MountTable, _ files: [String: String]) -> CPUQuota {
        CPUQuota(groups: groups, mounts: mounts) { files[$0] }
    }

    @Test("of version 2 is found in the group or above it, the smallest counts, with its own statistics")
    func unified() {
        let files = [
            "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
            "/sys/fs/cgroup/a/b/cpu.stat": "usage_usec 5\nnr_periods 9\nnr_throttled 9\n",
            "/sys/fs/cgroup/a/cpu.max": "150000 100000\n",
            "/sys/fs/cgroup/a/cpu.stat": "usage_usec 5\nnr_periods 40\nnr_throttled 10\nthrottled_usec 7\n",
        ]
        let found = quota("0::/a/b\n", version2, files)
        #expect(found.processors == 1.5 && found.group == "/sys/fs/cgroup/a")
        #expect(found.periods == 40 && found.throttledPeriods == 10)
        #expect(found.text == "1.50 processors, of /sys/fs/cgroup/a")
        var smaller = files
        smaller["/sys/fs/cgroup/a/b/cpu.max"] = "5000 100000"
        #expect(quota("0::/a/b\n", version2, smaller).text == "0.05 processors, of /sys/fs/cgroup/a/b")
        #expect(quota("0::/a/b\n", version2, [:]) == quota("", version2, files))
        #expect(quota("0::/a/b\n", version2, [:]).text == "none")
    }

    @Test("of a container stands at the root of what it sees")
    func container() {
        let files = [
            "/sys/fs/cgroup/cpu.max": "200000 100000", "/sys/fs/cgroup/cpu.stat": "nr_periods 3\nnr_throttled 1\n",
        ]
        #expect(quota("0::/\n", version2, files).processors == 2)
        // Without a namespace for groups the mount begins at the container's, and /proc names it from the machine's root.
        let mounts = MountTable("32 31 0:29 /docker/9f /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpuacct,cpu\n")
        let first = [
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/cpu.stat": "nr_periods 8\nnr_throttled 2\nthrottled_time 1\n",
        ]
        let groups = "3:memory:/docker/9f\n2:cpuacct,cpu:/docker/9f\n0::/docker/9f\n"
        let found = quota(groups, mounts, first)
        #expect(found.processors == 0.5 && found.throttledPeriods == 2)
        #expect(quota(groups, mounts, ["/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"]).processors == nil)
    }

    @Test("holds back in a share of its periods")
    func share() {
        let before = CPUQuota(groups: "0::/\n", mounts: version2) {
            ["/sys/fs/cgroup/cpu.max": "1 2", "/sys/fs/cgroup/cpu.stat": "nr_periods 10\nnr_throttled 4"][$0]
        }
        var after = before
        #expect(after.throttledShare(since: before) == 0)
        (after.periods, after.throttledPeriods) = (30, 9)
        #expect(after.throttledShare(since: before) == 0.25)
    }

    @Test("of this machine can be read, and doctor warns of one")
    func here() {
        #expect(CPUQuota.ofThisProcess().value != nil)
        var quota = CPUQuota(groups: "", mounts: version2) { _ in nil }
        #expect(Doctor.quota(.value(quota)).verdict == .ok)
        (quota.processors, quota.group) = (0.5, "/x")
        #expect(Doctor.quota(.value(quota)).verdict == .warn)
        #expect(Doctor.quota(.value(quota)).finding == "0.50 processors, of /x")
    }
}
