import Foundation
import Results

/// A scenario of the tests' own, as small or as slow as a test needs.
enum SmallScenario {
    /// The guards that would say how busy other tests keep the machine, below `run`.
    static let besideOthers = ["steal.limit", "other.load.limit", "cpu.throttled.limit", "pressure.memory.limit"]

    /// Two cells, the slow one first; each leg writes 256 KiB unless `bytes` says more.
    static func text(bytes: String = "256KiB", rounds: Int = 2) -> String {
        """
        schema: sluice/1
        name: small
        title: A small run
        question: Does it work?
        target: log
        seed: 3
        topic: { segment.bytes: 64MiB, partitions: 2 }
        producer: { batch.size: 16KiB, prebuilt: false }
        workload: { record.size: 1KiB, bytes: \(bytes) }
        matrix:
          axes:
            producer.compression.type: [gzip, none]
        repeat: { rounds: \(rounds) }
        run: { \(besideOthers.map { "\($0): 1" }.joined(separator: ", ")) }
        charts:
          - { metric: produce_bytes_per_s, x: producer.compression.type }
        """
    }

    /// The run that `latest` points to.
    static func latest(in folder: Scratch, results: String = "Results") -> URL {
        folder.url.appending(path: results).appending(path: "small/latest").resolvingSymlinksInPath()
    }

    static func samples(in folder: Scratch, results: String = "Results") throws -> [Sample] {
        try SamplesFile.read(latest(in: folder, results: results).appending(path: "samples.csv")).samples
    }
}
