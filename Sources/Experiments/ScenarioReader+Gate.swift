extension ScenarioReader {
    /// Reads `gate`: by metric the worsening that is tolerated, and how far the machine may drift within a pair.
    mutating func readGate(_ node: YamlNode?) -> Plan.Gate? {
        guard let node else { return nil }
        let parts = entries(node, "gate", known: ScenarioKeys.gate.names)
        var gate = Plan.Gate()
        for part in parts {
            if part.key == "drift" {
                gate.drift = share(part.value, "drift") ?? gate.drift
                continue
            }
            for entry in entries(part.value, part.key) {
                readGated(entry, isOptional: part.key == "where-measured", into: &gate)
            }
        }
        if gate.metrics.isEmpty { fail(node.location, "the gate names no metric; write 'metrics: { <metric>: 5% }'") }
        return gate
    }

    private mutating func readGated(_ entry: YamlNode.Entry, isOptional: Bool, into gate: inout Plan.Gate) {
        guard vocabulary.metrics.contains(entry.key) else {
            let hint = Spelling.hint(for: entry.key, among: vocabulary.metrics)
            fail(entry.keyLocation, "unknown metric '\(entry.key)'\(hint)")
            return
        }
        guard !vocabulary.undirected.contains(entry.key) else {
            fail(entry.keyLocation, "neither more nor less of '\(entry.key)' is a regression; the gate cannot judge it")
            return
        }
        guard !gate.metrics.contains(where: { $0.metric == entry.key }) else {
            fail(entry.keyLocation, "the gate has '\(entry.key)' already")
            return
        }
        guard let threshold = share(entry.value, entry.key) else { return }
        gate.metrics.append(.init(metric: entry.key, threshold: threshold, isOptional: isOptional))
    }

    /// A share above 0 as a percentage: `5%` is 0.05.
    private mutating func share(_ node: YamlNode, _ name: String) -> Double? {
        guard let text = text(node, name) else { return nil }
        guard text.hasSuffix("%"), let number = Double(text.dropLast()), number > 0, number <= 1000 else {
            fail(node.location, "'\(text)' is not a percentage above 0, such as 5%")
            return nil
        }
        return number / 100
    }
}

extension Plan {
    /// What a change of the program must not worsen.
    package struct Gate: Sendable, Codable, Equatable {
        /// One metric and how much worse it may get, as a share.
        package struct Limit: Sendable, Codable, Equatable {
            package var metric: String
            package var threshold: Double
            /// Whether it is judged only where base measures it.
            package var isOptional: Bool
        }

        package var metrics: [Limit] = []
        /// How far two runs of the same program may lie apart within a pair before the pair is
        /// contaminated, as a share.
        package var drift = 0.25
    }
}
