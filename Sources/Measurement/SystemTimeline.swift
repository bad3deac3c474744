package import LinuxKernel
internal import Synchronization

/// Watches the machine and the processes of a leg from outside of them, every 100 ms, in time that they leave over where
/// they leave any: a reading takes as long as many requests, and would show in the latency of one in a hundred.
package final class SystemTimeline: Sendable {
    package struct Reading: Sendable {
        /// Nanoseconds of `MonotonicClock`.
        package var moment: Int64
        /// Named like a metric's column.
        package var series: String
        package var value: Double
    }

    private static let interval: Int64 = 100_000_000

    private let readings = Mutex<[Reading]>([])
    private let isStopping = Atomic(false)
    private let thread = Mutex<KernelThread?>(nil)

    /// Begins to watch. A role is what a child of this process, or a child of one, has as the first word after the
    /// program's name on its command line.
    ///
    /// - Parameter roles: Those that are told apart, such as `load` and `broker`.
    package static func start(roles: [String]) throws(SystemError) -> SystemTimeline {
        let timeline = SystemTimeline()
        let thread = try KernelThread(name: "timeline") { timeline.watch(roles) }
        timeline.thread.withLock { $0 = thread }
        return timeline
    }

    private init() {}

    /// Stops watching and returns what was seen.
    package func finish() -> [Reading] {
        isStopping.store(true, ordering: .releasing)
        thread.withLock {
            $0?.join()
            $0 = nil
        }
        return readings.withLock { $0 }
    }

    private func watch(_ roles: [String]) {
        KernelThread.giveWay()
        var family = ProcessFamily()
        var before = Snapshot(family.processes(roles))
        var next = before.moment + Self.interval
        while !isStopping.load(ordering: .acquiring) {
            MonotonicClock.sleep(nanoseconds: max(1_000_000, next - MonotonicClock.now()))
            next += Self.interval
            let now = Snapshot(family.processes(roles))
            let found = now.readings(since: before)
            readings.withLock { $0 += found }
            before = now
        }
    }
}

/// The processes that descend from this one.
private struct ProcessFamily {
    /// Load processes; there is one, which lives as long as it is watched.
    private var children: [Int32: String] = [:]
    /// Brokers, which are theirs.
    private var grandchildren: [Int32: String] = [:]

    /// Those whose command is one of `wanted`.
    mutating func processes(_ wanted: [String]) -> [Int32: String] {
        // This process has many threads, each of which would have to be asked: only until the answer is known.
        if children.isEmpty {
            children = Self.roles(of: Self.children(of: ProcessHandle.currentIdentifier), wanted, known: [:])
        }
        grandchildren = Self.roles(
            of: children.keys.flatMap { Self.children(of: $0) }, wanted, known: grandchildren)
        return children.merging(grandchildren) { child, _ in child }
    }

    private static func roles(
        of processes: [Int32], _ wanted: [String], known: [Int32: String]
    ) -> [Int32: String] {
        var found: [Int32: String] = [:]
        for process in processes {
            // Before it becomes the program, a new process has the command of its parent.
            guard let role = known[process] ?? command(of: process), wanted.contains(role) else { continue }
            found[process] = role
        }
        return found
    }

    private static func children(of process: Int32) -> [Int32] {
        // A process or thread that has ended meanwhile has no children.
        let threads = (try? Directory.names(in: "/proc/\(process)/task")) ?? []
        return threads.flatMap { thread in
            let text = (try? TextFile.read("/proc/\(process)/task/\(thread)/children")) ?? ""
            return text.words.compactMap { Int32($0) }
        }
    }

    private static func command(of process: Int32) -> String? {
        // Nor has it a command.
        guard let text = try? TextFile.read("/proc/\(process)/cmdline") else { return nil }
        let words = text.split(separator: "\0")
        return words.count > 1 ? String(words[1]) : nil
    }
}

/// One look at the machine.
private struct Snapshot {
    let moment: Int64
    private let state: (dirty: Measured<UInt64>, writeback: Measured<UInt64>)
    private let ticks: Measured<ProcessorTicks>
    private let pressure: [Pressure.Resource: Measured<Pressure>]
    /// CPU time by process, and the role of each.
    private let cpu: [Int32: (role: String, nanoseconds: UInt64)]

    init(_ processes: [Int32: String]) {
        var cpu: [Int32: (role: String, nanoseconds: UInt64)] = [:]
        for (process, role) in processes {
            // One that has ended since it was found has no figure.
            guard let nanoseconds = try? ProcessHandle.cpuNanoseconds(of: process) else { continue }
            cpu[process] = (role, nanoseconds)
        }
        moment = MonotonicClock.now()
        self.cpu = cpu
        let system = SystemState.ofMemory()
        state = (system.dirtyBytes, system.writebackBytes)
        ticks = ProcessorTicks.read()
        pressure = Pressure.readAll()
    }

    func readings(since earlier: Snapshot) -> [SystemTimeline.Reading] {
        var readings: [SystemTimeline.Reading] = []
        func add(_ series: String, _ value: Double?) {
            if let value { readings.append(.init(moment: moment, series: series, value: value)) }
        }
        let elapsed = moment - earlier.moment
        add("dirty_bytes", state.dirty.value.map { Double($0) })
        add("writeback_bytes", state.writeback.value.map { Double($0) })
        let shares = earlier.ticks.combined(with: ticks) { $1.shares(since: $0) }.flatMap { $0 }
        add("steal_share", shares.value?.steal)
        for resource in Pressure.Resource.allCases {
            guard let before = earlier.pressure[resource]?.value, let now = pressure[resource]?.value else { continue }
            let share = now.shares(since: before, elapsedNanoseconds: elapsed)
            add("pressure_\(resource.rawValue)_share", share.some)
        }
        // Of one processor; a role with several processes or threads may use more.
        var used: [String: UInt64] = [:]
        for (process, now) in cpu {
            guard let before = earlier.cpu[process] else { continue }
            used[now.role, default: 0] += now.nanoseconds &- before.nanoseconds
        }
        for role in used.keys.sorted() {
            add("\(role)_cpu_share", used[role].map { Double($0) / Double(max(1, elapsed)) })
        }
        return readings
    }
}
