internal import Compression
internal import Measurement
internal import RecordFormat
package import Results

extension Environment {
    /// The conditions under which legs run whose data lies at `dataPath`.
    package static func capture(dataPath: String) -> Environment {
        let codecs = LibraryVersions.all.map { library -> (name: String, version: Measured<String>) in
            guard let version = library.version else {
                return (library.name, .notMeasured(because: "the library does not tell its version"))
            }
            return (library.name, .value(version))
        }
        let libraries = codecs + [(name: "isa-l", version: .value(ChecksumLibrary.version))]
        return Environment(
            facts: EnvironmentCapture.capture(dataPath: dataPath, libraries: libraries).map { fact in
                switch fact.value {
                case .value(let value): Fact(fact.section, fact.name, value)
                case .notMeasured(let reason): Fact(fact.section, fact.name, notMeasured: reason)
                }
            })
    }
}
