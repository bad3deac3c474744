package import Foundation

/// Reads a scenario file. Every error is collected, with its place and the nearest valid name.
///
/// ```yaml
/// schema: sluice/1            # required
/// name: page-cache            # [a-z0-9-], the folder of its results
/// title: …                    # question and description as well, both optional
/// target: log                 # log or broker
/// seed: 42
/// topic: { segment.bytes: 64MiB }      # keys by section, or `topic.segment.bytes: 64MiB`; see SettingCatalog
/// matrix:
///   axes:                     # every combination is a cell; the last axis varies fastest
///     producer.batch.size: [4KiB, 64KiB]
///     durability:             # a bundle axis: a name of its own, each value a set of settings
///       none: { broker.flush.policy: none }
///       each batch: { broker.flush.policy: fdatasync }
///   exclude:                  # cells to leave out; several labels of an axis as a list
///     - { producer.batch.size: 4KiB, durability: each batch }
/// repeat: { rounds: 10 }
/// quick:                      # what --quick changes; without it: an eighth of the bytes, 3 rounds
///   workload.bytes: 8MiB
///   repeat.rounds: 2
///   axes: { producer.batch.size: [64KiB] }
/// headline: [produce_bytes_per_s]
/// claims:
///   - statement: flushing each batch halves the throughput
///     metric: produce_bytes_per_s
///     compare: { durability: each batch }
///     against: { durability: none }
///     expect: { ratio_at_most: 0.5 }   # or ratio_at_least, ratio_between: [a, b]; at_most, at_least without against
///     across: [durability]      # cells that differ in a `Guarantee` are compared on purpose
/// gate:                       # what `sluice ab` and `sluice check` judge: how much worse a metric may get
///   metrics: { broker_cpu_ns_per_byte: 3%, broker_calls_per_mib: 1% }
///   drift: 25%                # a pair whose two runs of the same program differ by more is contaminated
/// charts:
///   - { metric: produce_bytes_per_s, x: producer.batch.size, series: durability }   # facet, where, title
/// ```
package enum ScenarioParser {
    /// - Parameter file: The name that errors say.
    package static func parse(text: String, file: String, vocabulary: Vocabulary) throws(ScenarioErrors) -> Scenario {
        let document = try YamlDocument(text: text, file: file)
        var reader = ScenarioReader(document: document, file: file, vocabulary: vocabulary)
        return try reader.read()
    }

    /// Reads the file at `url`, which must be UTF-8.
    package static func parse(contentsOf url: URL, vocabulary: Vocabulary) throws(ScenarioErrors) -> Scenario {
        let file = url.relativePath
        let data: Data
        do {
            // One byte more than is allowed is enough to know; a device or a huge file is not read to its end.
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            data = try handle.read(upToCount: YamlDocument.byteLimit + 1) ?? Data()
        } catch {
            throw failure(file, "cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= YamlDocument.byteLimit else {
            throw failure(file, "is larger than a scenario may be, \(ByteCount(YamlDocument.byteLimit))")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            let repaired = String(decoding: data, as: UTF8.self)
            let line = repaired.prefix { $0 != "\u{FFFD}" }.count { $0.isNewline } + 1
            throw failure(file, "is not UTF-8: the first bad byte is in line \(line)")
        }
        return try parse(text: text, file: file, vocabulary: vocabulary)
    }

    private static func failure(_ file: String, _ message: String) -> ScenarioErrors {
        ScenarioErrors([Diagnostic(location: SourceLocation(file: file), message: message)])
    }
}
