internal import LoadGenerator
internal import Measurement
internal import Results

extension LegResult {
    /// The metrics of what a load found.
    ///
    /// - Parameters:
    ///   - verifies: Whether verification was asked for.
    ///   - method: How it was done.
    ///   - evidence: What the counters must show.
    init(_ outcome: LoadOutcome, verifies: Bool, method: String, evidence: PathEvidence) {
        var sheet = MetricSheet()
        sheet.add(outcome)
        if !verifies || outcome.verifiedRecords == nil {
            let reason = verifies ? "the append path stores nothing" : "workload.verify is false"
            sheet.set("verified_records", .notMeasured(because: reason))
        }
        let contradiction = evidence.contradiction(in: outcome)
        // The worst comes first. Data that was not where it was to be is the machine's doing, and may
        // be there the next time.
        let (status, reason): (LegStatus, String) =
            if let reason = outcome.discrepancy {
                (.unverified, reason)
            } else if let contradiction {
                (.failed, contradiction)
            } else if let reason = outcome.cacheObjection {
                (.contaminated, reason)
            } else {
                (.ok, "")
            }
        self.init(
            status: status, reason: reason,
            metrics: sheet.metrics, notMeasured: sheet.notMeasured, latencies: outcome.curves,
            verification: outcome.verifiedRecords.map {
                Verification(records: $0, method: method, discrepancy: outcome.discrepancy)
            },
            timeline: outcome.timeline.readings.flatMap(\.rows))
        measured = outcome.beganAt.map { $0...max($0, outcome.endedAt ?? $0) }
    }
}

extension LoadOutcome {
    fileprivate var curves: [LatencyCurve] {
        [
            ("produce", produce?.latencies), ("produce-uncorrected", produce?.uncorrected),
            ("consume", consume?.latencies), ("flush", flushes),
        ].compactMap {
            guard let recorder = $0.1, recorder.count > 0 else { return nil }
            return LatencyCurve(operation: $0.0, recorder)
        }
    }
}

extension LoadTimeline.Reading {
    fileprivate var rows: [TimelineRow] {
        let total = operation == "produce" ? "produced_bytes" : "consumed_bytes"
        var values: [(String, Double)] = [
            (total, Double(payloadBytes)), ("\(operation)_bytes_per_s", bytesPerSecond),
        ]
        for (name, value) in [("p50", p50), ("p99", p99), ("max", max)] {
            if let value { values.append(("\(operation)_latency_\(name)_ns", Double(value))) }
        }
        return values.map { TimelineRow(elapsedNanoseconds: elapsedNanoseconds, series: $0.0, value: $0.1) }
    }
}
