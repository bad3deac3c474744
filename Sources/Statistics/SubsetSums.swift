/// Counts of subsets by their sum, from which the rank tests have their exact distributions.
enum SubsetSums {
    /// In how many ways `count` of `numbers`, which are not negative, have each sum from 0 to the sum of all. Counts
    /// are exact to the precision of a `Double`.
    static func ways(of numbers: [Int], chosen count: Int) -> [Double] {
        let total = numbers.reduce(0, +)
        // found[chosen][sum], of the numbers seen so far.
        var found = [[Double]](repeating: [Double](repeating: 0, count: total + 1), count: count + 1)
        found[0][0] = 1
        var reached = 0
        for (seen, number) in numbers.enumerated() {
            reached += number
            for chosen in stride(from: min(seen + 1, count), through: 1, by: -1) {
                for sum in stride(from: reached, through: number, by: -1) {
                    found[chosen][sum] += found[chosen - 1][sum - number]
                }
            }
        }
        return found[count]
    }

    /// The probability of each sum from 0 to the sum of all when each of `numbers` is taken or left with equal chance.
    static func probabilities(of numbers: [Int]) -> [Double] {
        let total = numbers.reduce(0, +)
        var probability = [Double](repeating: 0, count: total + 1)
        probability[0] = 1
        var reached = 0
        for number in numbers {
            reached += number
            for sum in stride(from: reached, through: 0, by: -1) {
                probability[sum] = (probability[sum] + (sum >= number ? probability[sum - number] : 0)) / 2
            }
        }
        return probability
    }
}
