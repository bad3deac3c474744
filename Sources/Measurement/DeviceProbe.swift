internal import LinuxKernel

/// What a disk did between two moments, whoever asked it to.
package struct DeviceUsage: Sendable, Equatable {
    /// The disk's name, for example `vda`.
    package var device: String
    /// Requests completed; the kernel may have merged several into one.
    package var readCount: UInt64
    package var readBytes: UInt64
    package var readsMerged: UInt64
    package var writeCount: UInt64
    package var writeBytes: UInt64
    package var writesMerged: UInt64
    /// Requests to empty the disk's own cache; nil before Linux 5.5.
    package var flushCount: UInt64?
    /// Time in which the disk had anything to do.
    package var busyNanoseconds: UInt64

    /// Bytes of a write request on average; nil when there was none.
    package var meanWriteBytes: Double? {
        writeCount == 0 ? nil : Double(writeBytes) / Double(writeCount)
    }
}

/// Reads a disk's counters twice and gives the difference.
package struct DeviceProbe: Sendable {
    /// The devices behind the path, from the file system's down to the disk that is measured.
    package let chain: [BlockDevice]
    private let before: DiskCounters

    /// Starts a measurement of the disk behind a path; not measured on a file system without one, such as tmpfs.
    package static func start(path: String) -> Measured<DeviceProbe> {
        BlockDevice.chain(behind: path).flatMap { chain in
            DiskCounters.read(device: chain[chain.count - 1].name).map { DeviceProbe(chain: chain, before: $0) }
        }
    }

    /// What the disk did since the start. The probe can be asked again.
    package func finish() -> Measured<DeviceUsage> {
        let device = chain[chain.count - 1].name
        return DiskCounters.read(device: device).map { after in
            DeviceUsage(
                device: device,
                readCount: after.reads &- before.reads,
                readBytes: (after.sectorsRead &- before.sectorsRead) * DiskCounters.sectorSize,
                readsMerged: after.readsMerged &- before.readsMerged,
                writeCount: after.writes &- before.writes,
                writeBytes: (after.sectorsWritten &- before.sectorsWritten) * DiskCounters.sectorSize,
                writesMerged: after.writesMerged &- before.writesMerged,
                flushCount: after.flushes.flatMap { now in before.flushes.map { now &- $0 } },
                busyNanoseconds: (after.busyMilliseconds &- before.busyMilliseconds) * 1_000_000)
        }
    }
}

/// A line of /proc/diskstats; see the kernel's Documentation/admin-guide/iostats.rst.
package struct DiskCounters: Sendable, Equatable {
    /// The unit of /proc/diskstats, whatever the device's own sector size.
    static let sectorSize: UInt64 = 512

    package var reads: UInt64
    package var readsMerged: UInt64
    package var sectorsRead: UInt64
    package var writes: UInt64
    package var writesMerged: UInt64
    package var sectorsWritten: UInt64
    package var busyMilliseconds: UInt64
    package var flushes: UInt64?

    /// Finds a device's line; nil when there is none.
    package init?(_ text: String, device: String) {
        for line in text.split(separator: "\n") {
            let words = line.words
            guard words.count >= 14, words[2] == device else { continue }
            let fields = words.dropFirst(3).map { UInt64($0) }
            guard let reads = fields[0], let readsMerged = fields[1], let sectorsRead = fields[2],
                let writes = fields[4], let writesMerged = fields[5], let sectorsWritten = fields[6],
                let busy = fields[9]
            else { return nil }
            self.reads = reads
            self.readsMerged = readsMerged
            self.sectorsRead = sectorsRead
            self.writes = writes
            self.writesMerged = writesMerged
            self.sectorsWritten = sectorsWritten
            busyMilliseconds = busy
            // Since Linux 5.5, behind four fields of discards.
            flushes = fields.count > 15 ? fields[15] : nil
            return
        }
        return nil
    }

    static func read(device: String) -> Measured<DiskCounters> {
        Measured(file: "/proc/diskstats").flatMap {
            Measured(DiskCounters($0, device: device), orMissing: "/proc/diskstats has no line for \(device)")
        }
    }
}
