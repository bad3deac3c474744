/// Every key there is, in the order of the documentation. Parsing, validation, defaults, `sluice list` and the
/// reference documentation read this table and nothing else.
package enum SettingCatalog {
    package static let all: [SettingDefinition] = [
        Setting.appendPath.row, Setting.placement.row, Setting.flushPolicy.row, Setting.preallocate.row,
        Setting.segmentReuse.row,
        Setting.logDirs.row, Setting.nodes.row, Setting.reactors.row, Setting.processorQuota.row, Setting.fetchPath.row,
        Setting.pipeBytes.row, Setting.coldReads.row, Setting.readCache.row, Setting.readCacheBytes.row,
        Setting.traceCalls.row,

        Setting.topicName.row, Setting.topics.row, Setting.partitions.row, Setting.segmentBytes.row,
        Setting.segmentTime.row,
        Setting.indexInterval.row, Setting.flushMessages.row, Setting.flushTime.row, Setting.retentionBytes.row,
        Setting.retentionTime.row, Setting.retentionMethod.row, Setting.topicCompression.row,

        Setting.producers.row, Setting.batchSize.row, Setting.linger.row, Setting.acks.row, Setting.maxInFlight.row,
        Setting.compression.row,
        Setting.compressionLevel.row, Setting.prebuilt.row, Setting.partitioner.row,

        Setting.consumers.row, Setting.maxPartitionFetch.row, Setting.fetchMin.row, Setting.fetchMaxWait.row,
        Setting.consumerMode.row,

        Setting.shape.row, Setting.recordSize.row, Setting.recordSizes.row, Setting.compressibility.row,
        Setting.corpus.row, Setting.keyDistribution.row, Setting.keyCount.row, Setting.workloadBytes.row,
        Setting.duration.row, Setting.warmUpTime.row, Setting.warmUpEnd.row, Setting.rate.row, Setting.arrivals.row,
        Setting.latencyTarget.row, Setting.cache.row, Setting.verify.row,

        Setting.diskCount.row, Setting.diskSize.row, Setting.diskFileSystem.row, Setting.diskWriteBytes.row,
        Setting.diskWriteOperations.row, Setting.network.row,

        Setting.rounds.row,

        Setting.memoryState.row, Setting.settles.row, Setting.loadProcessors.row, Setting.brokerProcessors.row,
        Setting.congestionControl.row, Setting.stealLimit.row, Setting.otherLoadLimit.row,
        Setting.throttledLimit.row,
        Setting.memoryPressureLimit.row, Setting.ioPressureLimit.row, Setting.cpuPressureLimit.row,
        Setting.repeatBudget.row,
    ]

    package static let sections = [
        "broker", "topic", "producer", "consumer", "workload", "disks", "network", "repeat", "run",
    ]

    package static func definition(of name: String) -> SettingDefinition? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
