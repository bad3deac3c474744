/// How the sizes of records are distributed: `fixed`, `uniform:100B:4KiB`, `lognormal:0.8`, `sample:sizes.txt`.
package enum RecordSizeLaw: SettingValue, CustomStringConvertible, Hashable {
    /// All of `workload.record.size`.
    case fixed
    case uniform(ByteCount, ByteCount)
    /// The mean is `workload.record.size`; the number is the standard deviation of the sizes' logarithm.
    case lognormal(sigma: Double)
    /// The sizes that stand in a file, one in bytes on each line.
    case sample(path: String)

    /// A lognormal size is cut at this many times the mean.
    package static let lognormalCut = 64

    package static var form: String {
        "`fixed`, `uniform:100B:4KiB`, `lognormal:0.8` (the deviation of the logarithm) "
            + "or `sample:FILE` (a size a line)"
    }

    package init(parsing text: String) throws(ValueError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("fixed", 1): self = .fixed
        case ("uniform", 2):
            let bounds = parts[1].split(separator: ":").map(String.init)
            guard bounds.count == 2 else { throw ValueError("'\(text)' needs two sizes, as in uniform:100B:4KiB") }
            let (low, high) = (try ByteCount(parsing: bounds[0]), try ByteCount(parsing: bounds[1]))
            guard low < high else { throw ValueError("'\(text)' goes from a size to a larger one") }
            self = .uniform(low, high)
        case ("lognormal", 2):
            guard let sigma = Double(parts[1]), sigma > 0, sigma <= 3 else {
                throw ValueError("'\(text)' needs a deviation above 0 and up to 3, as in lognormal:0.8")
            }
            self = .lognormal(sigma: sigma)
        case ("sample", 2) where !parts[1].isEmpty: self = .sample(path: parts[1])
        default: throw ValueError("'\(text)' is no distribution of sizes; write \(Self.form)")
        }
    }

    package var description: String {
        switch self {
        case .fixed: "fixed"
        case .uniform(let low, let high): "uniform:\(low):\(high)"
        case .lognormal(let sigma): "lognormal:\(sigma)"
        case .sample(let path): "sample:\(path)"
        }
    }

    /// No record is larger; nil where a file says it.
    package func largest(mean: ByteCount) -> ByteCount? {
        switch self {
        case .fixed: mean
        case .uniform(_, let high): high
        case .lognormal: ByteCount(min(mean.bytes * Self.lognormalCut, ByteCount.mebibytes(16).bytes))
        case .sample: nil
        }
    }
}
