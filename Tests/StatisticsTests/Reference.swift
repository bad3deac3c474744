import Foundation

/// What `Fixtures/make-scipy.py` wrote down.
struct Reference: Decodable {
    struct QuantileCase: Decodable {
        var name: String
        var values: [Double]
        var p: Double
        var expected: Double
    }

    struct BootstrapCase: Decodable {
        var name: String
        var values: [Double]
        var median: Double
        var low: Double
        var high: Double
    }

    struct RatioCase: Decodable {
        var base: [Double]
        var head: [Double]
        var median: Double
        var low: Double
        var high: Double
    }

    struct SignedRankCase: Decodable {
        var name: String
        var differences: [Double]
        var pValue: Double
    }

    struct HolmCase: Decodable {
        var pValues: [Double]
        var adjusted: [Double]
    }

    struct SamplesCase: Decodable {
        var name: String
        var base: [Double]
        var head: [Double]
        var pValue: Double
        var wins: Double
    }

    struct CenterCase: Decodable {
        var name: String
        var differences: [Double]
        var median: Double
        /// Nil where there are too few values for an interval.
        var low: Double?
        var high: Double?
    }

    struct ShiftCase: Decodable {
        var name: String
        var base: [Double]
        var head: [Double]
        var median: Double
        var low: Double?
        var high: Double?
    }

    struct StudentCase: Decodable {
        var p: Double
        var degrees: Int
        var expected: Double
    }

    struct EffectCase: Decodable {
        var pairs: Int
        var deviation: Double
        var effect: Double
        /// The true power at that effect, by the noncentral t distribution.
        var power: Double
    }

    struct CutCase: Decodable {
        var values: [Double]
        var statistic: Double
        var index: Int
        var changed: Bool
    }

    var mannWhitney: [SamplesCase]
    var centers: [CenterCase]
    var shifts: [ShiftCase]
    var students: [StudentCase]
    var effects: [EffectCase]
    var unpaired: [RatioCase]
    var cuts: [CutCase]
    var quantiles: [QuantileCase]
    var bootstraps: [BootstrapCase]
    var ratios: [RatioCase]
    var wilcoxon: [SignedRankCase]
    var holm: [HolmCase]
    /// xoshiro256** seeded by SplitMix64 with 0, by an independent implementation in the script.
    var xoshiro: [UInt64]

    static let scipy: Reference = {
        guard let url = Bundle.module.url(forResource: "scipy", withExtension: "json", subdirectory: "Fixtures") else {
            preconditionFailure("the fixture scipy.json is not in the test bundle")
        }
        do {
            return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
        } catch {
            preconditionFailure("the fixture scipy.json cannot be read: \(error)")
        }
    }()
}
