package import Results

/// The legs of both sides of a gate: of one plan, in the same rounds.
package struct GateSides: Sendable {
    package var cells: [PlanSummary.Cell]
    package var base: [Sample]
    /// The base's program once more in every round: what no change can move. Empty for stored runs.
    package var control: [Sample]
    package var head: [Sample]
    /// Whether the legs of a round ran side by side, so that they belong together.
    package var isPaired: Bool

    package init(
        cells: [PlanSummary.Cell], base: [Sample], control: [Sample], head: [Sample], isPaired: Bool
    ) {
        self.cells = cells
        self.base = base
        self.control = control
        self.head = head
        self.isPaired = isPaired
    }

    /// Only the cells with these ids.
    package func only(_ ids: Set<String>) -> GateSides {
        var part = self
        part.cells.removeAll { !ids.contains($0.id) }
        return part
    }

    /// The rounds of one cell in which every side has a leg.
    func blocks(of cell: String) -> [Block] {
        func byRound(_ samples: [Sample]) -> [Int: Sample] {
            Dictionary(samples.filter { $0.cell == cell }.map { ($0.round, $0) }) { _, last in last }
        }
        let (bases, controls) = (byRound(base), byRound(control))
        return byRound(head).sorted { $0.key < $1.key }.compactMap { round, head in
            guard let base = bases[round] else { return nil }
            if control.isEmpty { return Block(base: base, control: nil, head: head) }
            return controls[round].map { Block(base: base, control: $0, head: head) }
        }
    }

    /// The legs of one round of a cell.
    struct Block {
        var base: Sample
        var control: Sample?
        var head: Sample

        /// Whether the base's legs are in order.
        var isBaseSound: Bool { base.status == .ok && control?.status ?? .ok == .ok }
        var isSound: Bool { isBaseSound && head.status == .ok }
        /// A guard tripped in one of the legs.
        var isContaminated: Bool {
            [base.status, control?.status, head.status].contains { $0 == .contaminated }
        }
    }
}
