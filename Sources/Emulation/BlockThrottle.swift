internal import LinuxKernel

/// The kernel's own limit on what a block device is given to write: blk-throttle, through control groups.
///
/// It matters whose writes are counted. In version 1, buffered writes are submitted by kernel threads, which are
/// in the root group, and each group has a limit of its own; so the rules stand in the root group, and the
/// processes that write are moved there, since their direct and flushed writes count where they are. In version 2,
/// writeback counts where the pages were dirtied, if the controllers `io` and `memory` are both on; so the
/// processes get a group that has the rules.
///
/// Whether it really binds is measured: see `DiskCheck`.
struct BlockThrottle {
    private let group: String
    private let isVersion2: Bool

    /// What is told to a reader.
    var summary: String {
        isVersion2 ? "io.max of \(group) (cgroup v2)" : "blkio.throttle in the root group (cgroup v1)"
    }

    /// Why this machine has no throttle; nil when it has one.
    static var objection: String? {
        if version1Root != nil || ControlGroup.root(ofVersion2: ["io", "memory"]) != nil { return nil }
        return "the kernel's block throttle is in no mounted control group: neither blkio (v1) nor io and memory (v2)"
    }

    /// Whether limits are in a group that the processes are in.
    static var usesVersion2: Bool { version1Root == nil }

    private static var version1Root: String? {
        guard let root = ControlGroup.root(ofVersion1: "blkio"),
            (try? Directory.exists(root + "/blkio.throttle.write_bps_device")) == true
        else { return nil }
        return root
    }

    /// Moves this process to where its writes are counted.
    init(of owner: ProcessIdentity, leftovers: Leftovers) throws {
        if let root = Self.version1Root {
            (group, isVersion2) = (root, false)
        } else if let root = ControlGroup.root(ofVersion2: ["io", "memory"]) {
            (group, isVersion2) = ("\(root)/sluice-\(owner.number)", true)
            try TextFile.write("+io +memory", to: root + "/cgroup.subtree_control")
            try leftovers.note(.group(group), of: owner)
            try Directory.create(group)
        } else {
            throw EmulationError(Self.objection ?? "")
        }
        try ControlGroup.join(group, owner.number)
    }

    /// Limits a device; nil is no limit.
    func limit(
        _ device: FileIdentity.DeviceNumber, writeBytesPerSecond: Int?, writeOperationsPerSecond: Int?
    ) throws(SystemError) {
        if isVersion2 {
            let bytes = writeBytesPerSecond.map(String.init) ?? "max"
            let operations = writeOperationsPerSecond.map(String.init) ?? "max"
            try TextFile.write("\(device) wbps=\(bytes) wiops=\(operations)", to: group + "/io.max")
        } else {
            try Self.set(writeBytesPerSecond ?? 0, of: device, in: group, Self.bytesFile)
            try Self.set(writeOperationsPerSecond ?? 0, of: device, in: group, Self.operationsFile)
        }
    }

    private static let bytesFile = "/blkio.throttle.write_bps_device"
    private static let operationsFile = "/blkio.throttle.write_iops_device"

    private static func set(
        _ value: Int, of device: FileIdentity.DeviceNumber, in root: String, _ file: String
    ) throws(SystemError) {
        try TextFile.write("\(device) \(value)", to: root + file)
    }

    /// Takes these limits of a device away, where it has no others.
    static func clear(
        _ device: FileIdentity.DeviceNumber, ifBytes bytes: Int, ifOperations operations: Int
    ) throws(SystemError) {
        guard let root = version1Root else { return }
        for (file, limit) in [(bytesFile, bytes), (operationsFile, operations)] {
            let rules = try TextFile.read(root + file).split(separator: "\n")
            if rules.contains("\(device) \(limit)") { try set(0, of: device, in: root, file) }
        }
    }

    /// Takes the limits of a device away. Those of version 2 go with their group.
    static func clear(_ device: FileIdentity.DeviceNumber) throws(SystemError) {
        guard let root = version1Root else { return }
        for file in [bytesFile, operationsFile] { try set(0, of: device, in: root, file) }
    }
}
