internal import Broker
internal import CommitLog
internal import Experiments
internal import Limits
internal import LinuxKernel
internal import Results

/// What bounds a cell's results on this machine: the plainest loops that do the same work, and the device below them.
struct CellBounds {
    enum Bound: Hashable {
        case loop(PlainLimit)
        /// Emulated disks, which write together what the scenario lets them.
        case disks(count: Int, bytesPerSecond: Int)

        /// As in `limits.csv`.
        var name: String {
            switch self {
            case .loop(let limit): limit.name
            case .disks(let count, let rate): "emulated-disks-\(count)x\(ByteCount(rate))"
            }
        }
    }

    struct Entry {
        /// The metric's column.
        var metric: String
        /// The tightest counts.
        var bounds: [Bound] = []
        /// Why nothing is known to bound it.
        var reason: String?
    }

    private static let ceiling = "the null path moves no bytes; it shows the harness's own ceiling"

    private(set) var entries: [Entry] = []
    /// What the log's device can write.
    let device: Bound

    init(_ settings: Settings, target: Target) {
        device = Self.device(settings, target)
        let shape = settings[.shape]
        if shape != .consume, shape != .randomRead {
            entries.append(Self.produce(settings, target, device))
            entries.append(Entry(metric: "durable_bytes_per_s", bounds: [device]))
            if let latency = Self.latency(settings, target) { entries.append(latency) }
        }
        if shape != .produce { entries.append(Self.consume(settings, target)) }
    }

    private static func device(_ settings: Settings, _ target: Target) -> Bound {
        guard settings[.diskCount] > 0, let rate = settings[.diskWriteBytes] else { return .loop(.deviceWrites) }
        let nodes = target == .broker ? settings[.nodes] : 1
        return .disks(count: settings[.diskCount] * nodes, bytesPerSecond: rate.bytes)
    }

    private static func produce(_ settings: Settings, _ target: Target, _ device: Bound) -> Entry {
        var entry = Entry(metric: "produce_bytes_per_s")
        let path = AppendPathCatalog.entry(named: settings[.appendPath])
        let batch = max(settings[.batchSize].bytes, settings[.recordSize].bytes)
        if settings.storesNothing {
            entry.reason = Self.ceiling
            return entry
        }
        if target == .log {
            let size = PlainLimit.size(for: batch)
            entry.bounds = [
                .loop(
                    settings[.placement] == "random"
                        ? .randomWrites(batchByteCount: size) : .writes(batchByteCount: size))
            ]
        } else if let reason = objection(settings) {
            entry.reason = reason
        } else if settings[.acks] == .none {
            entry.reason = "nothing is acknowledged, and the plain server answers each request"
        } else {
            // A request has a batch of each partition that has one.
            let partitions = min(1024, min(1024, settings[.partitions]) * min(1024, settings[.topics]))
            let size = PlainLimit.size(for: batch * partitions)
            entry.bounds = [.loop(.receiveAndWrite(batchByteCount: size, inFlight: settings[.maxInFlight]))]
        }
        if path?.waitsForDevice == true
            || FlushPolicyCatalog.entry(named: settings[.flushPolicy])?.waitsForDevice == true
        {
            entry.bounds.append(device)
            entry.reason = nil
        }
        return entry
    }

    /// Only where requests do not wait for one another: otherwise the queue in front of the broker is
    /// most of the latency.
    private static func latency(_ settings: Settings, _ target: Target) -> Entry? {
        guard target == .broker, settings[.rate] != nil || settings[.maxInFlight] == 1, settings[.acks] != .none
        else { return nil }
        if let reason = objection(settings) { return Entry(metric: "produce_latency_p50_ns", reason: reason) }
        return Entry(metric: "produce_latency_p50_ns", bounds: [.loop(.pingPong)])
    }

    private static func consume(_ settings: Settings, _ target: Target) -> Entry {
        var entry = Entry(metric: "consume_bytes_per_s")
        if settings[.shape] == .randomRead {
            entry.reason = "the plain loops read in order"
        } else if target == .broker, settings.fetchesNothing {
            entry.reason = Self.ceiling
        } else {
            if target == .broker, let reason = objection(settings) {
                entry.reason = reason
            } else {
                entry.bounds = [.loop(target == .log ? .cachedReads : .sendfile)]
            }
            if settings[.cache] == .cold {
                entry.bounds.append(.loop(.deviceReads))
                entry.reason = nil
            }
        }
        return entry
    }

    /// Why the plain servers do not do what the cell's brokers do.
    private static func objection(_ settings: Settings) -> String? {
        // Also on two processors: a client leaves room on its own, so that two threads send more than one.
        let threads = settings[.nodes] * settings[.reactors]
        if threads > 1 { return "the plain server is one thread, and the cell's brokers have \(threads)" }
        if settings[.network] != .loopback { return "the plain server is reached over loopback" }
        if settings[.processorQuota] != nil { return "the plain server has no CPU quota" }
        return nil
    }
}

extension CellLimit {
    /// What bounds the results of a cell of a plan.
    static func all(of cell: Experiments.Cell, in plan: Plan) -> [CellLimit] {
        let bounds = CellBounds(cell.settings, target: plan.target)
        return bounds.entries.map { entry in
            CellLimit(
                metric: entry.metric, limits: entry.bounds.map(\.name), device: bounds.device.name,
                nullCell: entry.metric.hasPrefix("consume")
                    ? ceiling(beside: cell, Setting.fetchPath.name, in: plan, \.fetchesNothing)
                    : ceiling(beside: cell, Setting.appendPath.name, in: plan, \.storesNothing),
                reason: entry.reason)
        }
    }

    /// The cell that does the same with a path that moves nothing; nil where there is none, or it is this one.
    private static func ceiling(
        beside cell: Experiments.Cell, _ key: String, in plan: Plan, _ isCeiling: (Settings) -> Bool
    ) -> String? {
        func place(_ cell: Experiments.Cell) -> [AxisPoint] { cell.axes.filter { $0.key != key } }
        return plan.cells.first { other in
            other.id != cell.id && isCeiling(other.settings) && place(other) == place(cell)
        }?.id
    }
}

extension Settings {
    fileprivate var storesNothing: Bool { AppendPathCatalog.entry(named: self[.appendPath])?.storesNothing == true }

    fileprivate var fetchesNothing: Bool {
        FetchPathCatalog.entry(named: self[.fetchPath])?.traits.movesNothingReal == true
    }
}
