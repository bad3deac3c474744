import Results
import Statistics

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
        case .noDifference, .several, .depends: Sentence(remark.text)
        case .one(let value): Sentence(oneText(value, what))
        }
    }

    /// The answer as one among several: it names its metric first.
    var remark: Sentence {
        let what = Sentence.inner(metric.title)
        switch outcome {
        case .open: return Sentence("By \(what), \(soFar).")
        case .noDifference:
            let names = Self.names(cases[0].contenders.map(\.value))
            return Sentence(
                "By \(what), \(names) cannot be told apart\(inAnyCase).")
        case .one(let value):
            return Sentence("By \(what), \(Sentence.name(value)) is \(lead(of: value)).")
        case .several(let values):
            let rest = behind(values)
            return Sentence(
                "By \(what), \(Self.names(values)) cannot be told apart from the best\(inAllCases); "
                    + "\(Self.names(rest)) \(rest.count > 1 ? "are" : "is") behind"
                    + "\(cases.count > 1 ? " in at least one" : "").")
        case .depends: return Sentence(dependsText(what))
        }
    }

    /// What the mechanism's counters show beside the clearest difference: first what speaks for the best one, then what
    /// speaks against it.
    func reason(_ mechanism: Mechanism) -> Sentence? {
        let clear = cases.compactMap { item in item.runnerUp.map { (item, $0) } }
        guard let (item, other) = clear.max(by: { Self.size($0.1) < Self.size($1.1) }) else { return nil }
        let found = mechanism.differences(of: item.best.cell, against: other.cell).filter { $0.metric != metric }
        let favours = found.filter { ($0.compare < $0.against) == ($0.metric.better == .lower) }
        let opposes = found.filter { ($0.compare < $0.against) != ($0.metric.better == .lower) }
        func list(_ evidence: [ClaimFinding.Evidence], _ most: Int) -> String {
            evidence.prefix(most).map { Sentence.inner($0.text) }.joined(separator: "; ")
        }
        let parts = [list(favours, 3), opposes.isEmpty ? "" : "and yet \(list(opposes, 2))"].filter { !$0.isEmpty }
        guard !parts.isEmpty else { return nil }
        let place = self.place(item).map { " at \($0)" } ?? ""
        return Sentence(
            "Beside it\(place), \(Sentence.name(item.best.value)) against \(Sentence.name(other.value)): "
                + "\(parts.joined(separator: "; ")).")
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
        "Too few rounds to decide: an interval takes \(Summarizer.fewestLegs). By \(what), \(soFar)."
    }

    /// Who has the best medians, for what they are worth.
    private var soFar: String {
        var leads: [String: Int] = [:]
        for item in cases { leads[item.best.value, default: 0] += 1 }
        let order = axis.values.filter { leads[$0] != nil }.sorted { leads[$0, default: 0] > leads[$1, default: 0] }
        if order.count == 1 { return "\(Sentence.name(order[0])) has the best median so far\(inAllCases)" }
        return "the best medians so far are those of "
            + Sentence.list(order.map { "\(Sentence.name($0)) in \(leads[$0, default: 0]) of \(cases.count) cases" })
    }

    private func oneText(_ value: String, _ what: String) -> String {
        let clear = clearCases(of: value)
        if cases.count == 1, let other = cases[0].runnerUp, let text = Self.ratioText(other) {
            return "\(choice(value)): its \(what) is \(text.median.dropLast(2)) times that of "
                + "\(Sentence.name(other.value)) [\(text.interval)]."
        }
        let company = clear * 2 < cases.count ? self.company(of: value) : ""
        return "\(choice(value)): by \(what) it is \(lead(of: value))\(company)."
    }

    /// Who shares the lead with `value` most often.
    private func company(of value: String) -> String {
        func shared(_ other: String) -> Int { cases.count { $0.leaders.contains { $0.value == other } } }
        let others = axis.values.filter { $0 != value }
        guard let most = others.map(shared).max(), most > 0 else { return "" }
        let names = others.filter { shared($0) == most }
        return "; \(Self.names(names)) \(names.count > 1 ? "are" : "is") as good in \(most) of \(cases.count)"
    }

    /// `ahead in 2 of 3 cases (1.13 to 1.34 times the next) and never behind`
    private func lead(of value: String) -> String {
        let clear = clearCases(of: value)
        if clear == 0 { return "among the best\(inAllCases), which holds of no other" }
        let ratios = cases.filter { $0.best.value == value && $0.leaders.count == 1 }.compactMap {
            $0.runnerUp?.ratio?.median
        }
        let low = ratios.min().map { SignificantDigits.format($0) }
        let high = ratios.max().map { SignificantDigits.format($0) }
        var size = ""
        if let low, let high { size = " (\(low == high ? low : "\(low) to \(high)") times the next)" }
        guard clear < cases.count else { return "ahead\(inAllCases)\(size)" }
        return "ahead in \(clear) of \(cases.count) cases\(size) and never behind"
    }

    /// In how many cases `value` leads alone.
    private func clearCases(of value: String) -> Int {
        cases.count { $0.best.value == value && $0.leaders.count == 1 }
    }

    private func dependsText(_ what: String) -> String {
        let keys = Set(cases.flatMap { $0.situation.map(\.key) }).filter { key in
            Set(cases.map { $0.situation[key] }).count > 1
        }
        let wins = axis.values.compactMap { value -> String? in
            let own = cases.filter { $0.leaders.count == 1 && $0.best.value == value }
            if own.isEmpty { return nil }
            let places = own.compactMap(place)
            return "\(Sentence.name(value)) is ahead "
                + (places.count <= 2
                    ? "at \(places.joined(separator: " and at "))" : "in \(own.count) of \(cases.count) cases")
        }
        return "By \(what) it depends on \(Sentence.list(keys.sorted())): \(wins.joined(separator: ", "))\(sharedText)."
    }

    /// The cases in which several share the lead, and who does in all of them.
    private var sharedText: String {
        let shared = cases.filter { $0.leaders.count > 1 }
        guard !shared.isEmpty else { return "" }
        let places = shared.compactMap(place)
        let common = axis.values.filter { value in
            shared.allSatisfy { $0.leaders.contains { $0.value == value } }
        }
        let location =
            places.count <= 2
            ? "at \(places.joined(separator: " and at "))" : "in \(shared.count) of \(cases.count) cases"
        switch common.count {
        case 0: return "; in \(shared.count) of \(cases.count) cases no single value is"
        case 1: return "; \(location) \(Sentence.name(common[0])) is among the best, which holds of no other"
        default: return "; \(location) \(Self.names(common)) cannot be told apart from the best"
        }
    }

    private func choice(_ value: String) -> String {
        switch axis.role ?? .tuning {
        case .strategy: "Use \(Sentence.name(value))"
        case .setup, .tuning, .durability, .workload: "Best is \(axis.key) \(Sentence.name(value))"
        }
    }

    private var inAllCases: String {
        cases.count > 2 ? " in all \(cases.count) cases" : cases.count == 2 ? " in both cases" : ""
    }

    private var inAnyCase: String {
        cases.count > 2 ? " in any of \(cases.count) cases" : cases.count == 2 ? " in either case" : ""
    }

    private func behind(_ leaders: [String]) -> [String] {
        axis.values.filter { value in
            !leaders.contains(value) && cases.contains { $0.contenders.contains { $0.value == value } }
        }
    }

    private static func names(_ values: [String]) -> String { Sentence.list(values.map(Sentence.name)) }

    /// How far behind, whichever direction is better.
    private static func size(_ contender: Contender) -> Double {
        contender.ratio.map { max($0.median, 1 / $0.median) } ?? .infinity
    }
}
