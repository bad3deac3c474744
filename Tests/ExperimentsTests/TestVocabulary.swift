import Experiments
import Foundation

/// The catalogs and metrics that the scenarios of this project name, so that these tests need no other module.
enum TestVocabulary {
    static let standard = Vocabulary(strategies: strategies, metrics: metrics)

    private static let strategies: [String: [VocabularyEntry]] = [
        "broker.append.path": [
            VocabularyEntry(name: "buffered", summary: "pwrite of a reused buffer"),
            VocabularyEntry(name: "null", summary: "moves no bytes"),
            VocabularyEntry(name: "uring", summary: "io_uring", unavailable: "the kernel is too old"),
        ],
        "broker.placement": [
            VocabularyEntry(name: "sequential", summary: "at the end"),
            VocabularyEntry(
                name: "random", summary: "in random slots",
                conflicts: [
                    .init(
                        key: "topic.retention.method", values: ["punch-hole", "rewrite"],
                        reason: "old records lie anywhere in the segment")
                ], reservesSegments: true),
        ],
        "broker.flush.policy": [
            VocabularyEntry(name: "none", summary: "never", withholds: [.durability]),
            VocabularyEntry(
                name: "messages", summary: "by count", needs: ["topic.flush.messages"], withholds: [.durability]),
            VocabularyEntry(
                name: "interval", summary: "by time", needs: ["topic.flush.ms"], withholds: [.durability]),
            VocabularyEntry(name: "fsync", summary: "each batch", flushesEachBatch: true),
            VocabularyEntry(name: "fdatasync", summary: "each batch", flushesEachBatch: true),
            VocabularyEntry(name: "sync-file-range", summary: "each batch", flushesEachBatch: true),
        ],
        "broker.fetch.path": ["read-write", "sendfile", "mmap", "splice"].map {
            VocabularyEntry(name: $0, summary: $0)
        },
        "topic.retention.method": ["delete", "punch-hole", "rewrite"].map { VocabularyEntry(name: $0, summary: $0) },
        "topic.compression.type": ["producer"].map { VocabularyEntry(name: $0, summary: $0) } + codecs,
        "producer.compression.type": codecs,
    ]

    private static let codecs = [
        VocabularyEntry(name: "none", summary: "as it is"),
        VocabularyEntry(name: "gzip", summary: "zlib", levels: 1...9),
        VocabularyEntry(name: "snappy", summary: "snappy"),
        VocabularyEntry(name: "lz4", summary: "lz4", levels: 1...12),
        VocabularyEntry(name: "zstd", summary: "zstd", levels: 1...22),
    ]

    private static let metrics =
        ["produce", "consume"].flatMap { name in
            ["\(name)_bytes_per_s", "\(name)_records_per_s"]
                + ["p50", "p90", "p99", "p999", "max"].map { "\(name)_latency_\($0)_ns" }
        } + [
            "durable_bytes_per_s", "stored_bytes", "compression_ratio", "load_cpu_ns_per_byte", "load_calls_per_mib",
            "device_write_count", "device_write_bytes", "device_mean_write_bytes", "device_bytes_per_byte",
            "flush_count", "broker_copied_bytes_per_byte", "retention_ns", "retention_bytes", "disk_used_bytes",
            "verified_records",
        ]
}

/// The scenario files of this project.
enum ScenarioFiles {
    static let names = [
        "sequential-vs-random", "page-cache-and-flush", "batching", "compression", "retention", "smoke",
    ]

    static func url(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scenarios/\(name).yaml")
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: url(name), encoding: .utf8)
    }
}

/// A scenario with a head that is valid, and `body` after it.
func parse(_ body: String) throws(ScenarioErrors) -> Scenario {
    try parse(whole: "schema: sluice/1\nname: test\n" + body)
}

func parse(whole text: String) throws(ScenarioErrors) -> Scenario {
    try ScenarioParser.parse(text: text, file: "t.yaml", vocabulary: TestVocabulary.standard)
}

/// The first lines of the errors that reading `body` gives, without the source line and caret.
func errors(_ body: String) -> [String] {
    do throws(ScenarioErrors) {
        _ = try parse(body)
        return []
    } catch {
        return error.diagnostics.map { String($0.description.prefix { $0 != "\n" }) }
    }
}

/// The messages that planning `body` gives.
func planErrors(_ body: String, _ overrides: Overrides = Overrides()) throws -> [String] {
    let scenario = try parse(body)
    do throws(ScenarioErrors) {
        _ = try Plan(scenario, overrides: overrides, vocabulary: TestVocabulary.standard)
        return []
    } catch {
        return error.diagnostics.map { String($0.description.prefix { $0 != "\n" }) }
    }
}

func plan(_ body: String, _ overrides: Overrides = Overrides()) throws -> Plan {
    try Plan(try parse(body), overrides: overrides, vocabulary: TestVocabulary.standard)
}
