internal import LinuxKernel

extension EnvironmentCapture {
    static func fileSystem(holding path: String) -> [EnvironmentFact] {
        var sheet = FactSheet("file system")
        let resolved = Measured { () throws(SystemError) in try FileIdentity.resolve(path) }
        sheet.add("path", resolved)
        let mount = resolved.combined(with: MountTable.read()) { path, table in
            Measured(table.mount(holding: path), orMissing: "no mount holds \(path)")
        }.flatMap { $0 }
        sheet.add("type", mount.map(\.fileSystem))
        sheet.add("mount point", mount.map(\.point))
        sheet.add("source", mount.map(\.source))
        sheet.add("mount options", mount.map(\.options))
        sheet.add("file system options", mount.map(\.fileSystemOptions))
        let space = Measured { () throws(SystemError) in try Directory.fileSystem(at: path) }
        sheet.add("block size", space.map { "\($0.blockSize) bytes" })
        sheet.add("total", space.map { "\($0.totalBytes) bytes" })
        sheet.add("free", space.map { "\($0.freeBytes) bytes" })
        return sheet.facts
    }

    /// The devices behind a path, from the one that the file system is on down to the disk; the disk has the rest.
    static func devices(behind path: String) -> [EnvironmentFact] {
        var sheet = FactSheet("device")
        let chain = BlockDevice.chain(behind: path)
        sheet.add("chain", chain.map { $0.map(\.name).joined(separator: " on ") })
        guard let disk = chain.value?.last else { return sheet.facts }
        sheet.add("model", file: disk.directory + "/device/model")
        sheet.add("vendor", file: disk.directory + "/device/vendor")
        sheet.add("size", Measured<String>.line(of: disk.directory + "/size").map { "\($0) sectors of 512 bytes" })
        let queue = disk.directory + "/queue"
        sheet.add("scheduler", choiceIn: queue + "/scheduler")
        for (name, file) in [
            ("write cache", "write_cache"), ("forced unit access", "fua"), ("rotational", "rotational"),
            ("queue depth", "nr_requests"), ("read-ahead KiB", "read_ahead_kb"),
            ("largest request KiB", "max_sectors_kb"), ("logical block bytes", "logical_block_size"),
            ("physical block bytes", "physical_block_size"), ("merging off", "nomerges"),
            ("writeback throttling µs", "wbt_lat_usec"), ("discard bytes", "discard_max_bytes"),
        ] {
            sheet.add(name, file: "\(queue)/\(file)")
        }
        return sheet.facts
    }
}
