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
