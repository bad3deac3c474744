internal import Experiments
internal import Foundation
internal import LinuxKernel

/// What a plan asks of this machine that the machine may not have.
enum MachineChecks {
    /// Why a cell cannot be run here; nil when it can.
    static func objection(to settings: Settings, target: Target) -> String? {
        processors(settings[.loadProcessors], Setting.loadProcessors.name)
            ?? (target == .broker
                ? processors(settings[.brokerProcessors], Setting.brokerProcessors.name) ?? congestion(settings) : nil)
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
        guard name != "system",
            let text = try? TextFile.read("/proc/sys/net/ipv4/tcp_available_congestion_control")
        else { return nil }
        let available = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard !available.contains(name) else { return nil }
        return "\(Setting.congestionControl.name): this kernel has no '\(name)'; it has "
            + "\(available.joined(separator: ", ")), and `system` leaves the choice to it"
    }
}
