import Experiments
import Testing

@Suite("Settings")
struct SettingCatalogTests {
    @Test(
        "the default of every key is a value that the key accepts, in its canonical text", arguments: SettingCatalog.all
    )
    func defaults(definition: SettingDefinition) throws {
        #expect(try definition.canonical(definition.defaultText) == definition.defaultText)
        #expect(SettingCatalog.sections.contains(definition.section))
        #expect(definition.summary.hasSuffix("."))
    }

    @Test("typed access reads what was set, and defaults otherwise")
    func typed() throws {
        var settings = Settings()
        #expect(settings[.segmentBytes] == .gibibytes(1))
        #expect(settings[.flushMessages] == nil)
        #expect(settings[.retentionBytes] == nil)
        try settings.set("topic.segment.bytes", to: "64MiB")
        try settings.set("topic.flush.messages", to: "1k")
        try settings.set("producer.acks", to: "all")
        #expect(settings[.segmentBytes] == .mebibytes(64))
        #expect(settings[.flushMessages] == 1_000)
        #expect(settings[.acks] == .all)
        #expect(settings[text: "topic.flush.messages"] == "1000")
    }

    @Test("every typed key is in the table")
    func complete() {
        let settings = Settings()
        #expect(settings[.appendPath] == "buffered" && settings[.placement] == "sequential")
        #expect(settings[.flushPolicy] == "none" && settings[.fetchPath] == "sendfile")
        #expect(
            settings[.preallocate] == .none && settings[.segmentReuse] == .none && settings[.logDirs] == 1
                && settings[.nodes] == 1)
        #expect(settings[.topicName].name == "topic" && settings[.partitions] == 1)
        #expect(settings[.segmentTime] == .hours(168) && settings[.indexInterval] == .kibibytes(4))
        #expect(settings[.flushTime] == nil && settings[.retentionTime] == nil)
        #expect(settings[.retentionMethod] == "delete" && settings[.topicCompression] == "producer")
        #expect(settings[.producers] == 1 && settings[.batchSize] == .kibibytes(16))
        #expect(settings[.linger] == .milliseconds(0) && settings[.acks] == .leader)
        #expect(settings[.compression] == "none" && settings[.compressionLevel] == nil && settings[.prebuilt])
        #expect(settings[.consumers] == 1 && settings[.maxPartitionFetch] == .mebibytes(1))
        #expect(settings[.fetchMin] == ByteCount(1) && settings[.fetchMaxWait] == .milliseconds(500))
        #expect(settings[.shape] == .produceThenConsume && settings[.recordSize] == .kibibytes(1))
        #expect(settings[.compressibility] == Ratio(0.5) && settings[.workloadBytes] == .mebibytes(256))
        #expect(settings[.diskCount] == 0 && settings[.diskSize] == .gibibytes(1) && settings[.diskFileSystem] == .ext4)
        #expect(settings[.diskWriteBytes] == nil && settings[.diskWriteOperations] == nil)
        #expect(settings[.network] == .loopback && settings[.processorQuota] == nil)
        #expect(settings[.cache] == .hot && settings[.verify] && settings[.rounds] == 10)
    }

    @Test("a value outside of its range is refused with the range")
    func ranges() {
        var settings = Settings()
        #expect(
            throws: ValueError("64KiB is outside the allowed range of 'topic.segment.bytes', 1MiB to 2147483647B")
        ) { try settings.set("topic.segment.bytes", to: "64KiB") }
    }

    @Test("the reference has every key, its strategies and what this machine cannot run")
    func reference() throws {
        let markdown = SettingReference.markdown(vocabulary: TestVocabulary.standard)
        for definition in SettingCatalog.all {
            #expect(markdown.contains("| `\(definition.name)` |"))
        }
        #expect(markdown.contains("`none`, `gzip`, `snappy`, `lz4`, `zstd`"))
        let path = try #require(SettingCatalog.definition(of: "broker.append.path"))
        let help = SettingReference.help(path, vocabulary: TestVocabulary.standard)
        #expect(help.contains("uring     io_uring Not on this machine: the kernel is too old."))
    }
}
