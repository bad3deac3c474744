internal import LinuxKernel

/// A block device as /sys shows it.
package struct BlockDevice: Sendable, Equatable {
    /// The kernel's name, for example `vda`.
    package var name: String
    /// Its directory in /sys.
    package var directory: String

    /// The devices behind a path, from the one that the file system is on down to the disk: a partition leads to its
    /// disk, a loop device to what holds its file, a mapped device to its only slave.
    ///
    /// A device over several others (RAID, striped volumes) ends the chain: its own counters are the sum.
    package static func chain(behind path: String) -> Measured<[BlockDevice]> {
        devices(behind: path, depth: 0)
    }

    private static func devices(behind path: String, depth: Int) -> Measured<[BlockDevice]> {
        // Deeper than anything sensible: a loop device can hold its own file.
        guard depth < 8 else { return .notMeasured(because: "the devices behind \(path) do not end") }
        return device(holding: path).flatMap { first in
            var chain = [first]
            while let next = chain[chain.count - 1].below {
                guard chain.count < 8 else { break }
                chain.append(next)
            }
            let backing = chain[chain.count - 1].directory + "/loop/backing_file"
            guard let file = try? TextFile.read(backing) else { return .value(chain) }
            return devices(behind: String(file.trimmed), depth: depth + 1).map { chain + $0 }
        }
    }

    /// The device that a path's file system is on.
    private static func device(holding path: String) -> Measured<BlockDevice> {
        Measured { () throws(SystemError) in try FileIdentity(of: path).device }.flatMap { number in
            if number.major != 0 { return at(number) }
            // Btrfs and others give an anonymous device number; the mount names the device.
            return MountTable.read().flatMap { table -> Measured<BlockDevice> in
                guard let resolved = try? FileIdentity.resolve(path), let mount = table.mount(holding: resolved) else {
                    return .notMeasured(because: "no mount holds \(path)")
                }
                guard let identity = try? FileIdentity(of: mount.source), let device = identity.blockDevice else {
                    return .notMeasured(because: "\(path) is on \(mount.fileSystem), which has no block device")
                }
                return at(device)
            }
        }
    }

    private static func at(_ number: FileIdentity.DeviceNumber) -> Measured<BlockDevice> {
        Measured { () throws(SystemError) in
            BlockDevice(directory: try FileIdentity.resolve("/sys/dev/block/\(number)"))
        }
    }

    private init(directory: String) {
        self.directory = directory
        name = String(directory.split(separator: "/").last ?? "")
    }

    /// The next device down; nil at a disk, a loop device, or a device over several.
    private var below: BlockDevice? {
        if (try? Directory.exists(directory + "/partition")) == true {
            return BlockDevice(
                directory: String(directory.prefix(upTo: directory.lastIndex(of: "/") ?? directory.endIndex)))
        }
        guard let slaves = try? Directory.names(in: directory + "/slaves"), slaves.count == 1,
            let slave = try? FileIdentity.resolve("\(directory)/slaves/\(slaves[0])")
        else { return nil }
        return BlockDevice(directory: slave)
    }
}
