// The settings of `disks` and `network`.

extension Setting where Value == Int {
    package static var diskCount: Self {
        Self(
            "disks.count", default: 0, in: 0...16, .both,
            "Emulated disks of each node, each of them a log directory; 0 takes directories of --data. Root only.")
    }
}

extension Setting where Value == ByteCount {
    package static var diskSize: Self {
        Self(
            "disks.size", default: .gibibytes(1), in: .mebibytes(320)...ByteCount(1 << 40), .both,
            "The size of an emulated disk.")
    }
}

extension Setting where Value == DiskFileSystem {
    package static var diskFileSystem: Self {
        Self("disks.file.system", default: .ext4, .both, "The file system of an emulated disk.")
    }
}

extension Setting where Value == ByteCount? {
    package static var diskWriteBytes: Self {
        Self(
            "disks.write.bytes.per.second", default: nil, in: .mebibytes(1)...ByteCount(1 << 40), .both,
            "What an emulated disk writes at most, by the kernel's block throttle.")
    }
}

extension Setting where Value == Int? {
    package static var diskWriteOperations: Self {
        Self(
            "disks.write.iops", default: nil, in: 10...10_000_000, .both,
            "How many writes an emulated disk does at most in a second, by the kernel's block throttle.")
    }
}

extension Setting where Value == NetworkKind {
    package static var network: Self {
        Self(
            "network", default: .loopback, .broker,
            "How clients reach the nodes: `namespaces` gives each a network namespace and an address of its own. "
                + "Root only.")
    }
}

extension Setting where Value == ProcessorCount? {
    package static var processorQuota: Self {
        Self(
            "broker.cpu.quota", default: nil,
            in: ProcessorCount(thousandths: 10)...ProcessorCount(thousandths: 1_024_000),
            .broker, "The processor time that each node gets, by the kernel's CPU controller. Root only.")
    }
}
