import Results

extension Answer {
    /// What all cases have in common.
    private enum Outcome {
        /// Too few rounds.
        case open
        /// No case tells any two values apart.
        case noDifference
        /// One value leads, or shares the lead, in every case.
        case one(String)
        /// These do.
        case several([String])
        /// No value does.
        case depends
    }

    private var outcome: Outcome {
        guard cases.allSatisfy(\.isDecided) else { return .open }
        if cases.allSatisfy({ $0.leaders.count == $0.contenders.count }) { return .noDifference }
        let common = cases.dropFirst().reduce(cases[0].leaders.map(\.value)) { common, next in
            common.filter(next.leaders.map(\.value).contains)
        }
        return common.isEmpty ? .depends : common.count == 1 ? .one(common[0]) : .several(common)
    }

    /// The answer in one sentence.
    var sentence: Sentence {
        let what = Sentence.inner(metric.title)
        return switch outcome {
        case .open: Sentence(openText(what))
        case .noDifference:
            Sentence(
                "By \(what), \(Self.names(cases[0].contenders.map(\.value))) cannot be told apart"
                    + "\(cases.count > 1 ? " in any of \(cases.count) cases" : "").")
        case .one(let value): Sentence(oneText(value, what))
        case .several(let values):
            Sentence(
                "By \(what), \(Self.names(values)) cannot be told apart from the best"
                    + "\(inAllCases); \(Self.names(behind(values))) \(behind(values).count > 1 ? "are" : "is") behind"
                    + "\(cases.count > 1 ? " in at least one case" : "").")
        case .depends: Sentence(dependsText(what))
        }
    }

    /// What goes with the clearest difference: `why` in the words of the counters.
    func reason(_ mechanism: Mechanism) -> Sentence? {
        let clear = cases.compactMap { item in item.runnerUp.map { (item, $0) } }
        guard let (item, other) = clear.max(by: { Self.size($0.1) < Self.size($1.1) }) else { return nil }
        let parts = mechanism.differences(of: item.best.cell, against: other.cell, without: metric.column)
        guard !parts.isEmpty else { return nil }
        let place = self.place(item).map { " at \($0)" } ?? ""
        return Sentence(
            "What goes with it\(place), \(Sentence.name(item.best.value)) beside \(Sentence.name(other.value)): "
                + "\(parts.prefix(4).joined(separator: "; ")).")
    }

    /// The values of the axes that tell the cases apart: `producer.batch.size 64KiB`.
    func place(_ item: Case) -> String? {
        let varying = item.situation.filter { axis in Set(cases.map { $0.situation[axis.key] }).count > 1 }
        guard !varying.isEmpty else { return nil }
        return varying.map { "\($0.key) \(Sentence.name($0.value))" }.joined(separator: ", ")
    }

    /// `1.31 × [1.22–1.41]`: the best one's value over this one's.
    static func ratioText(_ contender: Contender) -> (median: String, interval: String)? {
        contender.ratio.map { ratio in
            (
                "\(SignificantDigits.format(ratio.median)) ×",
                "\(SignificantDigits.format(ratio.low))–\(SignificantDigits.format(ratio.high))"
            )
        }
    }

    // MARK: - Sentences

    private func openText(_ what: String) -> String {
        var leads: [String: Int] = [:]
        for item in cases { leads[item.best.value, default: 0] += 1 }
        let order = axis.values.filter { leads[$0] != nil }.sorted { leads[$0, default: 0] > leads[$1, default: 0] }
        let heads = order.map { "\(Sentence.name($0)) in \(leads[$0, default: 0]) of \(cases.count)" }
        let medians =
            cases.count == 1
            ? "the better median is that of \(Sentence.name(cases[0].best.value))"
            : "the best medians are those of \(Sentence.list(heads)) cases"
        return "Too few rounds to decide by \(what): an interval takes \(Summarizer.fewestLegs). So far \(medians)."
    }

    private func oneText(_ value: String, _ what: String) -> String {
        let clear = cases.filter { $0.best.value == value && $0.leaders.count == 1 }
        guard clear.count == cases.count else {
            let share =
                clear.isEmpty
                ? "it is among the best by \(what) in all \(cases.count) cases, which holds of no other"
                : "it is ahead by \(what) in \(clear.count) of \(cases.count) cases, and cannot be told apart from the best in the others"
            return "\(choice(value)): \(share)."
        }
        let ratios = cases.compactMap { $0.runnerUp?.ratio }
        guard ratios.count == cases.count, let low = ratios.map(\.median).min(), let high = ratios.map(\.median).max()
        else { return "\(choice(value)): it is ahead by \(what)\(inAllCases)." }
        if cases.count == 1, let other = cases[0].runnerUp, let text = Self.ratioText(other) {
            return
                "\(choice(value)): its \(what) is \(text.median.dropLast(2)) times that of \(Sentence.name(other.value)) [\(text.interval)]."
        }
        let range = [low, high].map { SignificantDigits.format($0) }
        return "\(choice(value)): its \(what) is \(range[0] == range[1] ? range[0] : range.joined(separator: " to ")) "
            + "times that of the next\(inAllCases)."
    }

    private func dependsText(_ what: String) -> String {
        let keys = Set(cases.flatMap { $0.situation.map(\.key) }).filter { key in
            Set(cases.map { $0.situation[key] }).count > 1
        }
        let shared = cases.filter { $0.leaders.count > 1 }.count
        let wins = axis.values.compactMap { value -> String? in
            let own = cases.filter { $0.leaders.count == 1 && $0.best.value == value }
            if own.isEmpty { return nil }
            let places = own.compactMap(place)
            return "\(Sentence.name(value)) is ahead "
                + (places.count <= 2 ? "at \(places.joined(separator: " and at "))" : "in \(own.count) of \(cases.count) cases")
        }
        let tail = shared == 0 ? "" : "; in \(shared) no single one is"
        return "By \(what) it depends on \(Sentence.list(keys.sorted())): \(wins.joined(separator: ", "))\(tail)."
    }

    private func choice(_ value: String) -> String {
        switch axis.role ?? .tuning {
        case .strategy: "Use \(Sentence.name(value))"
        case .tuning: "Best is \(axis.key) \(Sentence.name(value))"
        case .durability, .workload: "First is \(axis.key) \(Sentence.name(value))"
        }
    }

    private var inAllCases: String { cases.count > 1 ? " in all \(cases.count) cases" : "" }

    private func behind(_ leaders: [String]) -> [String] { axis.values.filter { value in
        !leaders.contains(value) && cases.contains { $0.contenders.contains { $0.value == value } }
    } }

    private static func names(_ values: [String]) -> String { Sentence.list(values.map(Sentence.name)) }

    /// How far behind, whichever direction is better.
    private static func size(_ contender: Contender) -> Double {
        contender.ratio.map { max($0.median, 1 / $0.median) } ?? .infinity
    }
}
