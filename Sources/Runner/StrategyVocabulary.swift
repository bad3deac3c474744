internal import Broker
internal import CommitLog
internal import Compression
package import Experiments
internal import LinuxKernel
internal import Results

/// What scenarios may name, read from the catalogs that define it.
package enum StrategyVocabulary {
    package static let shared = Vocabulary(
        strategies: [
            Setting.appendPath.name: AppendPathCatalog.all.map(entry),
            Setting.placement.name: PlacementCatalog.all.map(entry),
            Setting.flushPolicy.name: FlushPolicyCatalog.all.map(entry),
            Setting.retentionMethod.name: RetentionMethodCatalog.all.map(entry),
            Setting.compression.name: CodecCatalog.all.map(entry),
            Setting.topicCompression.name: [producersCodec] + CodecCatalog.all.map(entry),
            Setting.fetchPath.name: FetchPathCatalog.all.map(entry),
        ],
        metrics: MetricCatalog.all.map(\.column),
        undirected: Set(MetricCatalog.all.filter { $0.better == .neither }.map(\.column)))

    private static func entry(_ path: AppendPathCatalog.Entry) -> VocabularyEntry {
        let limitations = path.traits.limitations
        var entry = VocabularyEntry(name: path.name, summary: path.summary)
        if limitations.contains(.cannotTransform) {
            entry.conflicts.append(
                .init(
                    key: Setting.topicCompression.name, values: CodecCatalog.all.map(\.name),
                    reason: "it never has a batch in memory, so it cannot compress it anew"))
        }
        if limitations.contains(.checksNoCRC) { entry.withholds.insert(.checksum) }
        if limitations.contains(.needsSocket) { entry.targets = [.broker] }
        if !limitations.contains(.isVolatile) { entry.grants.insert(.durability) }
        entry.reservesSegments = path.traits.carriers == [.mappedStore]
        if path.storesNothing {
            let reason = "it stores nothing that could be read back"
            let reading = WorkloadShape.allCases.filter { $0 != .produce }.map(\.rawValue)
            entry.withholds.insert(.storage)
            entry.conflicts += [
                .init(key: Setting.shape.name, values: reading, reason: reason),
                .init(key: Setting.verify.name, values: ["true"], reason: reason),
            ]
        }
        return entry
    }

    private static func entry(_ placement: PlacementCatalog.Entry) -> VocabularyEntry {
        let inOrder = RetentionMethodCatalog.all.filter(\.needsOrder).map(\.name)
        return VocabularyEntry(
            name: placement.name, summary: placement.summary,
            conflicts: placement.isDense
                ? [
                    .init(
                        key: Setting.retentionMethod.name, values: inOrder,
                        reason: "it trims a file whose batches lie in the order of their offsets")
                ] : [],
            reservesSegments: placement.isDense)
    }

    private static func entry(_ policy: FlushPolicyCatalog.Entry) -> VocabularyEntry {
        VocabularyEntry(
            name: policy.name, summary: policy.summary, needs: policy.requiredSetting.map { ["topic.\($0)"] } ?? [],
            flushesEachBatch: policy.isDurable, withholds: policy.isDurable ? [] : [.durability])
    }

    private static func entry(_ method: RetentionMethodCatalog.Entry) -> VocabularyEntry {
        VocabularyEntry(name: method.name, summary: method.summary)
    }

    private static func entry(_ codec: Codec) -> VocabularyEntry {
        VocabularyEntry(name: codec.name, summary: codec.summary, levels: codec.levels)
    }

    private static let producersCodec = VocabularyEntry(
        name: "producer", summary: "keeps each batch as its producer compressed it")

    private static func entry(_ path: FetchPathCatalog.Entry) -> VocabularyEntry {
        guard path.traits.movesNothingReal else {
            var entry = VocabularyEntry(
                name: path.name, summary: path.summary, unavailable: path.traits.objection())
            if path.traits.limitations.contains(.needsPageCache) {
                let others = ReadCacheKind.allCases.filter { $0 != .pageCache }.map(\.rawValue)
                entry.conflicts.append(
                    .init(key: Setting.readCache.name, values: others, reason: "its bytes are the page cache's own"))
            }
            if path.traits.limitations.contains(.lendsPages) {
                let reason = "it \(PathTraits.Limitation.lendsPages.rawValue)"
                let methods = RetentionMethodCatalog.all.filter(\.changesFile).map(\.name)
                entry.conflicts += [
                    .init(
                        key: Setting.segmentReuse.name, values: [Experiments.SegmentReuse.recycle.rawValue],
                        reason: reason),
                    .init(key: Setting.retentionMethod.name, values: methods, reason: reason),
                ]
            }
            return entry
        }
        return VocabularyEntry(
            name: path.name, summary: path.summary,
            conflicts: [
                .init(
                    key: Setting.shape.name, values: WorkloadShape.allCases.filter { $0 != .produce }.map(\.rawValue),
                    reason: "it sends zeros, which no consumer can take for batches"),
                .init(key: Setting.verify.name, values: ["true"], reason: "what it sends is not what the log holds"),
            ])
    }
}
