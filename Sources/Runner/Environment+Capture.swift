internal import Compression
internal import Measurement
package import Results

extension Environment {
    /// The conditions under which legs run whose data lies at `dataPath`.
    package static func capture(dataPath: String) -> Environment {
        Environment(
            facts: EnvironmentCapture.capture(dataPath: dataPath, libraries: []).map { fact in
                switch fact.value {
                case .value(let value): Fact(fact.section, fact.name, value)
                case .notMeasured(let reason): Fact(fact.section, fact.name, notMeasured: reason)
                }
            })
    }
}
