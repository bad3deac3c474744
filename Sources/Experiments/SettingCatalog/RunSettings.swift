// The settings of `repeat` and `run`.

extension Setting where Value == Int {
    package static var rounds: Self {
        Self(
            "repeat.rounds", default: 10, in: 1...1_000, .both,
            "How often every cell is run; fewer than 6 cannot reach a 5 % level, so claims stay undecided.")
    }
}

extension Setting where Value == String {
    package static var congestionControl: Self {
        Self(
            "run.tcp.congestion.control", default: "cubic", .broker,
            "TCP's congestion control on both ends of each connection; `system` leaves it to the system.")
    }
}

extension Setting where Value == MemoryPreparation {
    package static var memoryState: Self {
        Self("run.memory.state", default: .auto, .both, "What is done to the machine's memory before each leg.")
    }
}

extension Setting where Value == Bool {
    package static var settles: Self {
        Self(
            "run.settle", default: true, .both,
            "Write back what is dirty and await it before each leg, so that none writes for the one before.")
    }
}

extension Setting where Value == ProcessorList? {
    package static var loadProcessors: Self {
        Self("run.load.cpus", default: nil, .both, "The processors that the load process may use; unset is all.")
    }
    package static var brokerProcessors: Self {
        Self("run.broker.cpus", default: nil, .broker, "The processors that the brokers may use; unset is all.")
    }
}

extension Setting where Value == Ratio {
    package static var stealLimit: Self {
        Self(
            "run.steal.limit", default: Ratio(0.05), .both,
            "A leg from which the hypervisor took more than this share of the CPU time is contaminated.")
    }
    package static var otherLoadLimit: Self {
        Self(
            "run.other.load.limit", default: Ratio(0.15), .both,
            "A leg beside which other programs used more than this share of the CPU time is contaminated; the "
                + "kernel's own threads do not count.")
    }
    package static var throttledLimit: Self {
        Self(
            "run.cpu.throttled.limit", default: Ratio(0), .both,
            "A leg in which the CPU quota of the control group that Sluice was started in was used up in more than this "
                + "share of its periods is contaminated.")
    }
    package static var memoryPressureLimit: Self {
        Self(
            "run.pressure.memory.limit", default: Ratio(0.1), .both,
            "A leg in which tasks waited for memory for more than this share of the time is contaminated.")
    }
    package static var ioPressureLimit: Self {
        Self(
            "run.pressure.io.limit", default: Ratio(1), .both,
            "The same for I/O, which a leg that flushes waits for by itself.")
    }
    package static var cpuPressureLimit: Self {
        Self(
            "run.pressure.cpu.limit", default: Ratio(1), .both,
            "The same for the CPU, which busy roles wait for by themselves where processors are few.")
    }
    package static var repeatBudget: Self {
        Self(
            "run.repeat.budget", default: Ratio(0.5), .both,
            "How many contaminated legs are repeated, as a share of all legs of the plan.")
    }
}
