internal import CommitLog
internal import LinuxKernel

extension BrokerConfiguration {
    /// What cannot be said by one key alone.
    func check() throws(ConfigurationError) {
        try checkDirectories()
        try checkListeners()
        guard nodes.isEmpty || nodes.contains(where: { $0.id == nodeId }) else {
            throw ConfigurationError("cluster.nodes", "node.id \(nodeId) is not among them")
        }
        if let reason = FetchPathCatalog.entry(named: fetchPath)?.traits.objection() {
            throw ConfigurationError("fetch.path", "'\(fetchPath)' cannot run on this machine: \(reason)")
        }
        if cache != .pageCache {
            if FetchPathCatalog.entry(named: fetchPath)?.traits.limitations.contains(.needsPageCache) == true {
                throw ConfigurationError(
                    "cache",
                    "'\(cache.rawValue)' does not go with fetch.path '\(fetchPath)', "
                        + "which \(PathTraits.Limitation.needsPageCache.rawValue)")
            }
        }
        try check(topicDefaults)
        guard topicDefaults.log.retentionMilliseconds != 0 else {
            throw ConfigurationError("log.retention.ms", "it is at least 1, or -1, which keeps records for ever")
        }
        guard topicDefaults.log.maxMessageBytes <= largestRequestBytes else {
            throw ConfigurationError("message.max.bytes", "it is above socket.request.max.bytes \(largestRequestBytes)")
        }
    }

    /// What topics of this broker cannot have.
    func check(_ topic: TopicConfiguration) throws(ConfigurationError) {
        guard FetchPathCatalog.entry(named: fetchPath)?.traits.limitations.contains(.lendsPages) == true else { return }
        let others = FetchPathCatalog.all.filter { !$0.traits.limitations.contains(.lendsPages) }.map(\.name)
        func refuse(_ key: String, _ value: String) throws(ConfigurationError) {
            throw ConfigurationError(
                key,
                "'\(value)' does not go with fetch.path '\(fetchPath)', "
                    + "which \(PathTraits.Limitation.lendsPages.rawValue); "
                    + "choose one of \(others.joined(separator: ", "))")
        }
        if topic.log.segmentReuse == .recycle { try refuse("segment.reuse", topic.log.segmentReuse.rawValue) }
        if RetentionMethodCatalog.entry(named: topic.log.retentionMethod)?.changesFile == true {
            try refuse("retention.method", topic.log.retentionMethod)
        }
    }
}
