import Results

extension Run {
    /// Above this share of where writers are held back they may have been: readings are 100 ms apart.
    private static let nearLimit = 0.95

    /// Cells whose legs the kernel's limits of dirty memory had a part in, in a sentence each.
    package var heldBack: [String] {
        cells.compactMap { cell in
            let legs = measuredLegs(of: cell.cell)
            let place = cell.axes.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            let subject = place.isEmpty ? cell.cell : place
            let held = legs.count { $0.metrics["dirty_limit_share"] ?? 0 >= Self.nearLimit }
            if held > 0 {
                return "\(subject): in \(held) of \(legs.count) legs dirty memory reached what vm.dirty_* allow, from "
                    + "where on the kernel holds writers back, so that throughput is in part the device's"
            }
            let beyond = legs.compactMap { $0.metrics["throttled_bytes"] }.filter { $0 > 0 }
            guard let most = beyond.max() else { return nil }
            let bytes = MetricUnit.bytes.format(most)
            return "\(subject): \(beyond.count) of \(legs.count) legs wrote up to \(bytes) more than "
                + "vm.dirty_background_* allow, so the kernel wrote back beside the producer; writers were not "
                + "held back"
        }
    }
}
