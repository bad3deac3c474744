import Testing

@testable import Results

@Suite("Metrics and their units")
struct MetricTests {
    @Test("no two metrics share a column, and a column's name ends in its unit")
    func catalog() {
        let columns = MetricCatalog.all.map(\.column)
        #expect(Set(columns).count == columns.count)
        for metric in MetricCatalog.all {
            switch metric.unit {
            case .bytesPerSecond: #expect(metric.column.hasSuffix("_bytes_per_s"))
            case .recordsPerSecond: #expect(metric.column.hasSuffix("_records_per_s"))
            case .bytes: #expect(metric.column.hasSuffix("_bytes") || metric.column.contains("_bytes_"), "\(metric)")
            case .nanoseconds: #expect(metric.column.hasSuffix("_ns"))
            case .nanosecondsPerByte: #expect(metric.column.hasSuffix("_ns_per_byte"))
            case .share: #expect(metric.column.hasSuffix("_share"))
            case .ratio: #expect(metric.column.hasSuffix("_ratio"))
            case .countPerMebibyte: #expect(metric.column.hasSuffix("_per_mib"))
            case .bytesPerByte: #expect(metric.column.hasSuffix("_bytes_per_byte"))
            case .count: break
            }
        }
    }

    @Test("target log has no broker columns")
    func targets() {
        #expect(MetricCatalog.metrics(target: "log").allSatisfy { !$0.column.hasPrefix("broker_") })
        #expect(MetricCatalog.metrics(target: "broker") == MetricCatalog.all)
    }

    @Test(
        "values are shown with three digits and the prefix that suits them",
        arguments: [
            ("produce_bytes_per_s", 1_234_567_890, "1.23 GB/s"), ("produce_bytes_per_s", 999_700, "1.00 MB/s"),
            ("produce_bytes_per_s", 0, "0 B/s"), ("produce_latency_p99_ns", 45_600, "45.6 µs"),
            ("produce_latency_p99_ns", 999, "999 ns"), ("disk_used_bytes", 12.3 * 1_048_576, "12.3 MiB"),
            ("load_calls", 9_999, "9999"), ("load_calls", 12_345, "12345"), ("load_calls", 1_234_567, "1.23 M"),
            ("load_calls", 2.5, "2.50"),
            ("steal_share", 0.01234, "1.23 %"), ("compression_ratio", 2, "2.00 ×"),
            ("load_cpu_ns_per_byte", 0.01234, "0.0123 ns/B"), ("load_calls_per_mib", 4.02, "4.02 /MiB"),
            ("produce_records_per_s", 5_400_000, "5.40 M rec/s"),
        ] as [(String, Double, String)])
    func format(column: String, value: Double, text: String) throws {
        #expect(try #require(MetricCatalog.metric(named: column)).format(value) == text)
    }

    @Test(
        "significant digits round without exponents",
        arguments: [
            (1234.5, "1235"), (0.00012345, "0.000123"), (9.996, "10.0"), (99.96, "100"), (-3.14159, "-3.14"),
            (0.0, "0"), (.nan, "–"), (.infinity, "–"),
        ] as [(Double, String)])
    func significantDigits(value: Double, text: String) {
        #expect(SignificantDigits.format(value, digits: text == "1235" ? 4 : 3) == text)
    }
}
