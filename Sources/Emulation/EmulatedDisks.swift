internal import LinuxKernel

/// The disks of a leg, in a mount namespace of the calling thread's own: only it and what it starts
/// from then on see them.
///
/// Call `remove` on the same thread. Where a process ends without, the kernel unmounts the disks and
/// `Leftovers` does the rest.
package final class EmulatedDisks {
    private var disks: [EmulatedDisk] = []
    private let leftovers: Leftovers
    private let owner: ProcessIdentity
    /// How they are limited; nil where they are not.
    package let limiter: String?

    /// Makes a disk at each of these directories, which need not exist.
    package init(
        _ specification: DiskSpecification, at mountPoints: [String], leftovers: Leftovers = .machine
    ) throws {
        self.leftovers = leftovers
        owner = try ProcessIdentity.current()
        try Mount.makePrivate()
        let throttle = specification.isLimited ? try BlockThrottle(of: owner, leftovers: leftovers) : nil
        limiter = throttle?.summary
        do {
            for mountPoint in mountPoints {
                disks.append(
                    try EmulatedDisk(
                        specification, at: mountPoint, throttle: throttle, owner: owner, leftovers: leftovers))
            }
        } catch {
            // What was made goes with this process; what was made so far is freed now.
            try? remove()
            throw error
        }
    }

    package var mountPoints: [String] { disks.map(\.mountPoint) }

    /// Whether all files behind the disks are written past the page cache.
    package var useDirectIO: Bool { disks.allSatisfy(\.usesDirectIO) }

    /// The largest request that each of the devices takes, in bytes.
    var largestRequestByteCount: Int { disks.map(\.largestRequestByteCount).min() ?? 4096 }

    /// Unmounts all of them; nothing of them is left.
    package func remove() throws {
        while let disk = disks.last {
            try disk.remove()
            try leftovers.forget(disk.record, of: owner)
            disks.removeLast()
        }
    }

    /// Why this machine cannot have such disks; nil when it can.
    package static func objection(to specification: DiskSpecification) -> String? {
        guard ProcessHandle.isRoot else {
            return "loop devices, mounts and the kernel's block throttle are for root only; run as root"
        }
        guard (try? Directory.exists("/dev/loop-control")) == true else {
            return "there is no /dev/loop-control: the kernel has no loop devices here, or a container hides them"
        }
        let system = specification.fileSystem
        do throws(SystemError) {
            _ = try Command.run(system.program, ["-V"])
        } catch {
            return "\(system.program) cannot be run (\(error)); install \(system.package)"
        }
        return specification.isLimited ? BlockThrottle.objection : nil
    }
}
