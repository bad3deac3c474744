/// Looks for the highest rate that holds a latency target: doubles the rate until it fails, then halves the distance,
/// as a ratio, until it is within 5 %.
package struct RateSearch: Sendable {
    private static let precision = 1.05

    /// What to try next, in records a second; nil when the search is over.
    package private(set) var next: Double?
    /// The highest rate that held the target; nil as long as none did.
    package private(set) var highest: Double?
    private var lowestFailing: Double?
    private let smallest: Double

    /// - Parameter start: The first rate; a sixty-fourth of it is the lowest that is tried.
    package init(startingAt start: Double) {
        next = start
        smallest = start / 64
    }

    /// Takes whether the rate that was tried held the target.
    package mutating func take(held: Bool) {
        guard let tried = next else { return }
        if held { highest = max(highest ?? 0, tried) } else { lowestFailing = min(lowestFailing ?? .infinity, tried) }
        switch (highest, lowestFailing) {
        case (let held?, nil): next = held * 2
        case (nil, let failed?): next = failed / 2 >= smallest ? failed / 2 : nil
        case (let held?, let failed?): next = failed / held > Self.precision ? (held * failed).squareRoot() : nil
        case (nil, nil): next = nil
        }
    }
}
