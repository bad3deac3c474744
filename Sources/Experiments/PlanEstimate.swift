/// What a plan will take, before it has run.
package struct PlanEstimate: Sendable, Codable, Equatable {
    /// Bytes that all legs together write.
    package var writtenBytes: Int
    /// The most that is on the disk at one time: that of the largest leg, because each starts in a fresh directory that
    /// is removed after it. Compression and retention are not counted on.
    package var peakBytes: Int
    /// On a machine of modest speed; see ``Pace``.
    package var seconds: Double

    /// The speeds assumed. They were chosen low, from figures of one small virtual machine, so that a run is
    /// rather done early than late.
    enum Pace {
        /// Start and end of the processes, and waiting for the device to settle.
        static let secondsPerLeg = 0.8
        static let writtenBytesPerSecond = 400e6
        static let readBytesPerSecond = 1e9
        static let secondsPerFlush = 0.7e-3
        /// Making an emulated disk and its file system, and removing it.
        static let secondsPerDisk = 0.3

        /// Bytes per second, over all disks together where they are emulated.
        static func written(_ settings: Settings, _ disks: Int) -> Double {
            guard disks > 0, let limit = settings[.diskWriteBytes] else { return writtenBytesPerSecond }
            return min(writtenBytesPerSecond, Double(limit.bytes) * Double(disks))
        }
    }

    package init(cells: [Settings], rounds: Int, vocabulary: Vocabulary) {
        let legs = cells.map { Leg($0, vocabulary) }
        writtenBytes = legs.reduce(0) { $0.addingSaturating($1.writtenBytes.multiplyingSaturating(by: rounds)) }
        peakBytes = legs.map(\.peakBytes).max() ?? 0
        seconds = legs.reduce(0) { $0 + $1.seconds } * Double(rounds)
    }

    /// What a leg's producers write, and what of its time no speed of writing explains.
    private struct LoadEstimate {
        /// Of the measured window and of all that comes before it.
        let payloadBytes: Int
        private let pacedSeconds: Double

        init(_ settings: Settings) {
            let size = settings[.recordSize].bytes
            let rate = settings[.rate].map {
                Double($0.recordsPerSecond(of: settings[.recordSize]).multiplyingSaturating(by: size))
            }
            let bytes = Double(settings[.workloadBytes].bytes)
            let speed = min(rate ?? .infinity, Pace.writtenBytesPerSecond)
            func paced(_ time: TimeSpan) -> Double { min(bytes, speed * Double(time.nanoseconds) / 1e9) }
            let window = settings[.duration].map {
                min(bytes, (rate ?? Double.infinity) * Double($0.nanoseconds) / 1e9)
            }
            let warmUp = paced(settings[.warmUpTime])
            // A search tries about sixteen rates for 0.4 s each.
            let search = settings[.latencyTarget] == nil ? 0 : 16 * paced(.milliseconds(400))
            // What is caught up with is written before, at full speed.
            let before = [.catchUp, .tailBesideCatchUp].contains(settings[.shape]) ? bytes : 0
            payloadBytes = Int(min((window ?? bytes) + warmUp + search + before, 9e18))
            pacedSeconds = rate.map { ((window ?? bytes) + warmUp) / max(1, $0) } ?? 0
        }

        func seconds(writing log: Int, at bytesPerSecond: Double) -> Double {
            max(pacedSeconds, Double(log) / bytesPerSecond)
        }
    }

    private struct Leg {
        var writtenBytes: Int
        var peakBytes: Int
        var seconds: Double

        init(_ settings: Settings, _ vocabulary: Vocabulary) {
            let load = LoadEstimate(settings)
            let payload = load.payloadBytes
            let recordSize = settings[.recordSize].bytes
            let records = (payload + recordSize - 1) / recordSize
            // A record adds its lengths and deltas, varints of at most 20 bytes together; a batch its header of 61.
            let recordBytes = recordSize + 20
            let perBatch = max(1, (settings[.batchSize].bytes - 61) / recordBytes)
            let batches = (records + perBatch - 1) / perBatch
            let log = records.multiplyingSaturating(by: recordBytes).addingSaturating(batches * 61)
            // 8 bytes in the offset index and 12 in the time index, at most one entry a batch.
            let entries = min(batches, log / settings[.indexInterval].bytes + 1)
            writtenBytes = log.addingSaturating(entries * 20)

            let placement = vocabulary.entry(settings[.placement], of: Setting.placement.name)
            let segment = settings[.segmentBytes].bytes
            let partitions = settings[.partitions] * settings[.topics]
            if settings[.preallocate] == .fallocate || placement?.reservesSegments == true {
                // A batch takes whole blocks of a slot, and each partition has one segment begun.
                let slot = (perBatch.multiplyingSaturating(by: recordBytes) + 61 + 4_095) / 4_096 * 4_096
                let segments = batches / max(1, segment / slot) + partitions
                peakBytes = segments.multiplyingSaturating(by: segment)
            } else {
                peakBytes = writtenBytes
            }

            let disks = settings[.diskCount] * settings[.nodes]
            if disks > 0 { peakBytes = settings[.diskSize].bytes.multiplyingSaturating(by: disks) }
            let policy = vocabulary.entry(settings[.flushPolicy], of: Setting.flushPolicy.name)
            var flushes = policy?.flushesEachBatch == true ? batches : 0
            if let messages = settings[.flushMessages] { flushes = min(batches, records / messages) }
            let readings =
                switch settings[.shape] {
                case .produce: settings[.verify] ? 1.0 : 0
                default: settings[.verify] ? 2.0 : 1
                }
            seconds =
                Pace.secondsPerLeg + Double(disks) * Pace.secondsPerDisk
                + load.seconds(writing: log, at: Pace.written(settings, disks))
                + readings * Double(log) / Pace.readBytesPerSecond + Double(flushes) * Pace.secondsPerFlush
        }
    }
}

/// Estimates of absurd plans are absurdly large, but they are numbers.
extension Int {
    fileprivate func addingSaturating(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func multiplyingSaturating(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
