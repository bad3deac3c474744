internal import Experiments
internal import Foundation
internal import LinuxKernel

/// What a plan asks of this machine that the machine may not have.
enum MachineChecks {
    /// Why a cell cannot be run here; nil when it can.
    static func objection(to settings: Settings, target: Target) -> String? {
        processors(settings[.loadProcessors], Setting.loadProcessors.name)
            ?? (target == .broker
                ? processors(settings[.brokerProcessors], Setting.brokerProcessors.name) ?? congestion(settings)
                    ?? descriptors(settings) : nil)
    }

    /// Every client has a connection to each node and one more, and a broker keeps half of its descriptors for its logs.
    private static func descriptors(_ settings: Settings) -> String? {
        let clients = settings[.producers] + settings[.consumers]
        let load = 64 + clients * (settings[.nodes] + 1) + 2 * settings[.nodes]
        let broker = 64 + 2 * 2 * clients
        let (needed, limit) = (max(load, broker), ProcessHandle.descriptorLimit)
        guard needed > limit else { return nil }
        return "\(Setting.producers.name), \(Setting.consumers.name): \(clients) clients of \(settings[.nodes]) nodes "
            + "need \(needed) open files in a process, which may have \(limit) here; raise the limit with "
            + "`ulimit -n \(needed)`, or have fewer"
    }

    private static func processors(_ list: ProcessorList?, _ key: String) -> String? {
        guard let list, let allowed = try? ProcessorSet.allowed().numbers else { return nil }
        let missing = list.numbers.filter { !allowed.contains($0) }
        guard !missing.isEmpty else { return nil }
        let names = allowed.sorted().map { "\($0)" }.joined(separator: ", ")
        return "\(key): this program may not use processor \(missing[0]) here; it may use \(names)"
    }

    private static func congestion(_ settings: Settings) -> String? {
        let name = settings[.congestionControl]
        guard name != "system" else { return nil }
        let key = Setting.congestionControl.name
        func list(_ file: String) -> [String]? {
            (try? TextFile.read("/proc/sys/net/ipv4/tcp_\(file)_congestion_control"))
                .map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        }
        if let available = list("available"), !available.contains(name) {
            return "\(key): this kernel has no '\(name)'; it has \(available.joined(separator: ", ")), "
                + "and `system` leaves the choice to it"
        }
        if !ProcessHandle.isRoot, let allowed = list("allowed"), !allowed.contains(name) {
            return "\(key): an ordinary user may not use '\(name)' here, only \(allowed.joined(separator: ", ")) "
                + "(net.ipv4.tcp_allowed_congestion_control); choose one of them, `system`, or run as root"
        }
        return nil
    }
}
