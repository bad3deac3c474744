internal import Experiments
internal import Foundation
internal import LoadGenerator

extension Pace {
    init(_ settings: Settings) {
        self.init()
        recordsPerSecond = settings[.rate].map { Double($0.recordsPerSecond(of: settings[.recordSize])) }
        arrivals =
            switch settings[.arrivals] {
            case .constant: .constant
            case .poisson: .poisson
            }
        latencyTarget = settings[.latencyTarget].map { Int64($0.nanoseconds) }
    }
}

extension Phases {
    init(_ settings: Settings) {
        self.init()
        warmUp = Int64(settings[.warmUpTime].nanoseconds)
        untilSteady = settings[.warmUpEnd] == .steady
        window = settings[.duration].map { Int64($0.nanoseconds) }
    }
}

extension RecordKeys {
    init(_ settings: Settings) {
        let distribution: Distribution =
            switch settings[.keyDistribution] {
            case .none: .none
            case .sequential: .sequential
            case .uniform: .uniform
            case .zipfian: .zipfian
            }
        self.init(distribution, count: settings[.keyCount])
    }
}

extension RecordSizes {
    /// - Throws: What is wrong with a file of sizes.
    init(_ settings: Settings) throws {
        let mean = settings[.recordSize].bytes
        switch settings[.recordSizes] {
        case .fixed: self = .fixed(mean)
        case .uniform(let low, let high): self = .uniform(low.bytes...high.bytes)
        case .lognormal(let sigma):
            let longest = settings[.recordSizes].largest(mean: settings[.recordSize])?.bytes ?? mean
            self = .lognormal(mean: mean, sigma: sigma, longest: longest)
        case .sample(let path): self = .sampled(try Self.sizes(in: path))
        }
    }

    private static func sizes(in path: String) throws -> [Int] {
        let range = 32...ByteCount.mebibytes(16).bytes
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        guard !lines.isEmpty else { throw LoadError.unsupported("\(path) has no sizes") }
        return try lines.enumerated().map { index, line in
            guard let size = Int(line.trimmingCharacters(in: .whitespaces)), range.contains(size) else {
                throw LoadError.unsupported(
                    "\(path):\(index + 1): '\(line)' is not a number of bytes from \(range.lowerBound) to "
                        + "\(range.upperBound)")
            }
            return size
        }
    }
}
