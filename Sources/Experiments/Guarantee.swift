/// What a cell promises for each batch beside being fast. Cells that differ in one are not doing the same work: a claim
/// that compares them has to say so with `across`.
package enum Guarantee: String, Sendable, Codable, CaseIterable {
    /// An acknowledged record survives a crash of the machine.
    case durability
    /// The producer is told that the broker has its records.
    case acknowledgement
    /// The records are stored.
    case storage
    /// The broker checks each batch's CRC-32C before it stores it.
    case checksum
}

extension Cell {
    /// The guarantees that this cell does without.
    package func withheld(_ vocabulary: Vocabulary, target: Target) -> Set<Guarantee> {
        var withheld: Set<Guarantee> = []
        var granted: Set<Guarantee> = []
        for definition in SettingCatalog.all where definition.use.isStrategy && definition.use.targets.contains(target)
        {
            guard let name = settings[text: definition.name] else { continue }
            let entry = vocabulary.entry(name, of: definition.name)
            withheld.formUnion(entry?.withholds ?? [])
            granted.formUnion(entry?.grants ?? [])
        }
        withheld.subtract(granted)
        if target == .broker, settings[.acks] == .none { withheld.insert(.acknowledgement) }
        return withheld
    }
}

extension Plan.Claim {
    /// Two cells that a claim compares, by id; `against` is nil where it is about single cells.
    package struct Pair: Sendable, Codable, Hashable {
        package var compare: String
        package var against: String?
    }

    /// The cells at `compare`, each with the one that differs from it in the axes of `against` alone.
    static func pairs(_ compare: [String: String], _ against: [String: String]?, among cells: [Cell]) -> [Pair] {
        cells.filter { cell in compare.allSatisfy { cell.axes.contains(AxisPoint(key: $0, value: $1)) } }
            .compactMap { cell in
                guard let against else { return Pair(compare: cell.id, against: nil) }
                let place = cell.axes.map { AxisPoint(key: $0.key, value: against[$0.key] ?? $0.value) }
                return cells.first { $0.axes == place }.map { Pair(compare: cell.id, against: $0.id) }
            }
    }
}
