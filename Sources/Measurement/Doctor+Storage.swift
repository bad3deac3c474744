internal import LinuxKernel

extension Doctor {
    static func storage(_ path: String) -> [Diagnosis] {
        let resolved = Measured { () throws(SystemError) in try FileIdentity.resolve(path) }
        let mount = resolved.combined(with: MountTable.read()) { $1.mount(holding: $0) }
        let space = Measured { () throws(SystemError) in try Directory.fileSystem(at: path) }
        return [
            fileSystem(mount.flatMap { Measured($0?.fileSystem, orMissing: "no mount holds \(path)") }),
            device(BlockDevice.chain(behind: path)),
            freeSpace(space.map(\.freeBytes)),
        ] + trial(in: path)
    }

    package static func fileSystem(_ type: Measured<String>) -> Diagnosis {
        switch type {
        case .value(let type) where ["ext4", "xfs", "btrfs"].contains(type):
            .ok("file system", type)
        case .value(let type) where ["tmpfs", "ramfs"].contains(type):
            .warn("file system", type, "It lies in memory: nothing about a disk can be measured on it.")
        case .value(let type) where ["overlay", "nfs", "nfs4", "9p", "virtiofs", "fuse"].contains(type):
            .warn(
                "file system", type, "Give a directory on a local disk: this one stands between the log and the disk.")
        case .value(let type):
            .warn("file system", type, "ext4, xfs and btrfs are the ones that this program was tried on.")
        case .notMeasured(let reason):
            .warn("file system", reason, "Give an existing directory on a local disk.")
        }
    }

    package static func device(_ chain: Measured<[BlockDevice]>) -> Diagnosis {
        switch chain {
        case .value(let chain): .ok("disk", chain.map(\.name).joined(separator: " on "))
        case .notMeasured(let reason): .warn("disk", reason, "The device's own counts will not be recorded.")
        }
    }

    package static func freeSpace(_ bytes: Measured<UInt64>) -> Diagnosis {
        switch bytes {
        case .value(let bytes) where bytes >= 10 << 30:
            .ok("free space", "\(bytes >> 30) GiB")
        case .value(let bytes):
            .warn("free space", "\(bytes >> 20) MiB", "Make room: a plan that does not fit is refused.")
        case .notMeasured(let reason):
            .missing("free space", reason, "Give an existing directory that can be written to.")
        }
    }

    /// What only a file tells: made in the directory, asked, and removed.
    private static func trial(in directory: String) -> [Diagnosis] {
        let path = "\(directory)/.sluice-doctor-\(ProcessHandle.currentIdentifier)"
        do throws(SystemError) {
            // The name goes at once: nothing is left behind even when this process is killed.
            let file = try File(path, .createNew)
            try Directory.unlinkFile(path)
            return [
                pageCache(Measured { () throws(SystemError) in try file.cacheState().cachedPages }),
                direct(
                    Measured { () throws(SystemError) in try file.directAlignment() }.map { [$0.memory, $0.position] }),
            ]
        } catch {
            return [.missing("data directory", error.description, "Give a directory that can be written to.")]
        }
    }

    package static func pageCache(_ pages: Measured<UInt64>) -> Diagnosis {
        switch pages {
        case .value: .ok("page cache state", "cachestat works")
        case .notMeasured(let reason):
            .warn("page cache state", reason, "Needs Linux 6.5; whether files were cached will not be checked.")
        }
    }

    /// - Parameter alignment: Of memory and of positions, in bytes.
    package static func direct(_ alignment: Measured<[Int]>) -> Diagnosis {
        switch alignment {
        case .value(let both) where both.allSatisfy { $0 > 0 }:
            .ok("direct I/O", "memory aligned to \(both[0]) bytes, positions to \(both[1])")
        case .value:
            .warn("direct I/O", "the file system does not tell its alignment", "Path `direct` may not work here.")
        case .notMeasured(let reason):
            .warn("direct I/O", reason, "Path `direct` may not work here.")
        }
    }
}
