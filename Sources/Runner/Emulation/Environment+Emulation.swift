internal import Emulation
internal import Experiments
internal import Results

extension Environment {
    /// That a run's nodes have hosts which are emulated, and how.
    static func facts(_ emulation: EmulationPlan) -> [Fact] {
        let section = "emulated hosts"
        var facts: [Fact] = []
        if emulation.hasNetworks {
            facts.append(
                Fact(
                    section, "network",
                    "each node in a network namespace of its own, joined by veth and a bridge; "
                        + "no byte leaves the machine"))
        }
        if emulation.hasQuotas {
            facts.append(
                Fact(section, "processors", "each node within broker.cpu.quota, by the kernel's CPU controller"))
        }
        return facts
    }

    /// That a run's disks are emulated, how, and what they were found to do.
    static func facts(_ check: DiskCheck) -> [Fact] {
        let section = "emulated disks"
        let asked = check.asked
        let cache = check.usesDirectIO ? "direct I/O on it" : "through the page cache, which holds each page twice"
        let kind = "\(ByteCount(asked.byteCount)) of \(asked.fileSystem.rawValue)"
        let limits = [
            asked.writeBytesPerSecond.map { "\(ByteCount($0))/s" },
            asked.writeOperationsPerSecond.map { "\($0) writes/s" },
        ].compactMap { $0 }
        let limit = limits.isEmpty ? "no limit" : "\(limits.joined(separator: " and ")) each"
        return [
            Fact(section, "disks", "\(check.disks.count), \(kind), \(limit)"),
            Fact(section, "device", "loop device on a file, \(cache)"),
            Fact(section, "limited by", check.limiter ?? "nothing"),
        ]
            + check.disks.enumerated().map { index, figures in
                Fact(section, "disk \(index + 1), measured", text(figures))
            }
    }

    private static func text(_ figures: DiskCheck.Figures) -> String {
        let bytes =
            "\(ByteCount(Int(figures.bufferedBytes)).approximate)/s buffered and flushed, "
            + "\(ByteCount(Int(figures.directBytes)).approximate)/s direct"
        return bytes + (figures.operations.map { ", \(Int($0)) writes/s of 4 KiB" } ?? "")
    }
}
