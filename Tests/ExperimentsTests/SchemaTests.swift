import Foundation
import Testing

@testable import Experiments

@Suite("The schema of scenarios")
struct SchemaTests {
    let root: [String: Any]

    init() throws {
        let data = ScenarioSchema.json(vocabulary: TestVocabulary.standard)
        root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    func object(_ path: String...) throws -> [String: Any] {
        try path.reduce(root) { parent, key in try #require(parent[key] as? [String: Any], "\(key)") }
    }

    @Test("every key that the parser knows is in it, and no other")
    func keys() throws {
        let properties = try object("properties")
        for key in ScenarioReader.topLevel { #expect(properties[key] != nil, "\(key)") }
        for definition in SettingCatalog.all { #expect(properties[definition.name] != nil, "\(definition.name)") }
        #expect(root["additionalProperties"] as? Bool == false)
    }

    @Test("a setting may be written in full, or below any part of its name")
    func nesting() throws {
        let broker = try object("properties", "broker")
        #expect(broker["$ref"] as? String == "#/$defs/broker.")
        let below = try object("$defs", "broker.", "properties")
        #expect(below["append.path"] != nil && below["append"] != nil && below["batch.size"] == nil)
        let append = try object("$defs", "broker.append.", "properties")
        #expect((append["path"] as? [String: Any])?["$ref"] as? String == "#/$defs/broker.append.path")
    }

    @Test("values have the form that the parser takes")
    func values() throws {
        #expect(
            try object("$defs", "producer.compression.type")["enum"] as? [String] == [
                "none", "gzip", "snappy", "lz4", "zstd",
            ])
        let size = try #require(try object("$defs", "topic.segment.bytes")["pattern"] as? String)
        for (text, fits) in [("64KiB", true), ("1_000 MB", true), ("64", false), ("64kib", false), ("KiB", false)] {
            #expect((try Regex(size).wholeMatch(in: text) != nil) == fits, "\(text)")
            #expect(((try? ByteCount(parsing: text)) != nil) == fits, "\(text)")
        }
        #expect((try object("$defs", "producer.acks")["enum"] as? [Any])?.count == 5)
    }

    @Test("the reference explains every key, strategy and metric")
    func reference() {
        let text = SettingReference.document(
            vocabulary: TestVocabulary.standard, metrics: [["`made_up_bytes`", "Made up", "lower"]])
        for key in ScenarioKeys.top + ScenarioKeys.claim + ScenarioKeys.chart {
            #expect(text.contains("| `\(key.name)`"))
        }
        for definition in SettingCatalog.all { #expect(text.contains("| `\(definition.name)` |")) }
        #expect(text.contains("| `made_up_bytes` | Made up | lower |"))
    }
}
