import Results

/// The conditions of a run, in words.
enum Conditions {
    /// The one line under a report's title.
    static func line(of run: Run) -> String {
        let environment = run.environment
        let (cells, rounds) = (run.plan.cells.count, run.plan.rounds)
        var parts = [
            "\(Sentence.count(cells, "cell")) × \(Sentence.count(rounds, "round")) on target \(run.plan.target)"
        ]
        if let model = environment["processor", "model"] {
            parts.append(environment["processor", "online"].map { "\(model), \($0) processors" } ?? model)
        }
        if let memory = environment["memory", "total"] { parts.append("\(readable(memory)) of memory") }
        if let release = environment["kernel", "release"] { parts.append("Linux \(release)") }
        if let type = environment["file system", "type"] {
            parts.append(environment["device", "chain"].map { "\(type) on \($0)" } ?? type)
        }
        if let disks = environment["emulated disks", "disks"] { parts.append("emulated disks: \(disks)") }
        if environment["virtualisation", "hypervisor"]?.hasPrefix("yes") == true { parts.append("virtual machine") }
        return (parts + [busyness(of: run)].compactMap { $0 }).joined(separator: " · ")
    }

    /// How busy the machine was with other things beside the legs, those that do not count included; nil without legs.
    static func busyness(of run: Run) -> String? {
        let legs = run.samples.filter { !$0.metrics.isEmpty }
        let seen = legs.compactMap { $0.metrics["other_load_share"] }.sorted()
        guard let most = seen.last else {
            return legs.isEmpty ? nil : "how busy other programs were is not known"
        }
        func text(_ share: Double) -> String { MetricUnit.share.format(share) }
        var parts = ["other programs used \(text(seen[(seen.count - 1) / 2])) of the processors beside the median leg"]
        if seen.count > 1 { parts.append("\(text(most)) beside the busiest") }
        if let steal = legs.compactMap({ $0.metrics["steal_share"] }).max(), steal > 0 {
            parts.append("the hypervisor took up to \(text(steal))")
        }
        if seen.count < legs.count { parts.append("\(legs.count - seen.count) of \(legs.count) legs were not watched") }
        return parts.joined(separator: ", ")
    }

    /// `25282158592 bytes` as `23.5 GiB`; any other text as it is.
    static func readable(_ value: String) -> String {
        guard value.hasSuffix(" bytes"), let bytes = Double(value.dropLast(6)) else { return value }
        return MetricUnit.bytes.format(bytes)
    }

    /// The run's start, from its id: `2026-11-22 22:45:00 UTC`.
    static func start(ofRun id: String) -> String {
        let digits = id.utf8.prefix(16).map { Character(Unicode.Scalar($0)) }
        guard digits.count == 16, digits[8] == "T", digits[15] == "Z" else { return id }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8)) \(part(9..<11)):\(part(11..<13)):\(part(13..<15)) UTC"
    }
}
