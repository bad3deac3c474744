/// The order of the cells in each round.
///
/// A fixed order would give each cell the same neighbour and the same place in every round, and so the same share of
/// what the leg before left behind (writeback, cache, heat). Rounds are therefore rows of Williams's Latin squares:
/// within one square each cell stands in each place once and, for an even number of cells, follows each other cell
/// once; an odd number needs the square and its mirror for that. The seed decides which cell plays which part and the
/// order of the rows; after a square is used up, a new one is drawn.
///
/// Source: E. J. Williams, "Experimental designs balanced for the estimation of residual effects of treatments",
/// Australian Journal of Scientific Research A 2 (1949), 149–168.
package enum LegOrder {
    /// - Returns: for each round, the indices of all cells.
    package static func rounds(_ rounds: Int, cells: Int, seed: UInt64) -> [[Int]] {
        guard cells > 0 else { return [] }
        var generator = SeededGenerator(seed: seed)
        var order: [[Int]] = []
        while order.count < rounds {
            let players = generator.shuffled(Array(0..<cells))
            let starts = generator.shuffled(Array(0..<cells))
            let square = starts.map { start in zigzag(cells).map { players[($0 + start) % cells] } }
            let mirror = cells.isMultiple(of: 2) ? [] : generator.shuffled(square.map { Array($0.reversed()) })
            order += square + mirror
        }
        return Array(order.prefix(rounds))
    }

    /// 0, n-1, 1, n-2, …: all differences of neighbours are different.
    private static func zigzag(_ count: Int) -> [Int] {
        (0..<count).map { $0.isMultiple(of: 2) ? $0 / 2 : count - 1 - $0 / 2 }
    }
}
