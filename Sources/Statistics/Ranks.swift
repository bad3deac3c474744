/// Ranks of values, where equal values share the mean of their ranks.
enum Ranks {
    /// Twice the rank of each value: shared ranks are halves, so twice a rank is a whole number.
    static func doubled(_ values: [Double]) -> [Int] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Int](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            // The ranks are start + 1 … end; twice their mean is the sum of the first and the last.
            for place in start..<end { ranks[order[place]] = start + 1 + end }
            start = end
        }
        return ranks
    }
}
