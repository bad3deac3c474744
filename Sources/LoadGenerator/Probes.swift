internal import Measurement

/// The accounts that are read around a measured window.
struct Probes {
    let resources: ResourceProbe
    private let device: Measured<DeviceProbe>
    private let system: SystemProbe

    /// - Parameter path: Where the data lies, which tells the device.
    init(path: String) throws {
        device = DeviceProbe.start(path: path)
        system = SystemProbe.start()
        resources = try ResourceProbe.start()
    }

    /// The window's accounts; device and system are read now, so that what the window left to be written is in them.
    func window(
        _ tally: Tally, elapsed: Int64, usage: ResourceUsage, brokers: [UsageRecord] = []
    ) -> LoadOutcome.Window {
        LoadOutcome.Window(
            elapsedNanoseconds: elapsed, payloadBytes: tally.payloadBytes, storedBytes: tally.storedBytes,
            records: tally.records, batches: tally.batches, latencies: tally.latencies, uncorrected: tally.uncorrected,
            usage: usage,
            device: device.flatMap { $0.finish() }, system: system.finish(), brokers: brokers)
    }
}
