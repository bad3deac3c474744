/// Keys of Kafka's broker for parts that are not here. A configuration that has them can be used all the same, and the
/// broker says that they do nothing.
///
/// Source: the configuration of Apache Kafka 3.9 to 4.3 (`AbstractKafkaConfig` and the classes that it takes in).
enum KafkaKeys {
    /// What a key without effect would be about.
    enum Meaning {
        case part
        /// Who may do what: whoever wrote it relies on it.
        case security
    }

    /// Nil for a key that Kafka does not have, or that is a setting here.
    static func meaning(of key: String) -> Meaning? {
        if security.contains(key) || securityFamilies.contains(where: key.hasPrefix) { return .security }
        if parts.contains(key) || partFamilies.contains(where: key.hasPrefix) { return .part }
        return nil
    }

    /// Exact names, which a misspelt key can be compared with.
    static var names: [String] { parts.sorted() + security.sorted() }

    private static let security: Set<String> = [
        "allow.everyone.if.no.acl.found", "authorizer.class.name", "connections.max.reauth.ms",
        "principal.builder.class", "security.inter.broker.protocol", "security.providers", "super.users",
    ]
    private static let securityFamilies = ["delegation.token.", "listener.name.", "password.encoder.", "sasl.", "ssl."]

    private static let parts: Set<String> = [
        "auto.include.jmx.reporter", "auto.leader.rebalance.enable", "background.threads",
        "broker.heartbeat.interval.ms", "broker.id.generation.enable", "broker.rack", "broker.session.timeout.ms",
        "client.quota.callback.class", "config.providers", "connection.failed.authentication.delay.ms",
        "control.plane.listener.name", "create.topic.policy.class.name", "alter.config.policy.class.name",
        "delete.records.purgatory.purge.interval.requests", "early.start.listeners",
        "eligible.leader.replicas.enable", "fetch.purgatory.purge.interval.requests",
        "initial.broker.registration.timeout.ms", "inter.broker.listener.name", "inter.broker.protocol.version",
        "log.deletion.max.segments.per.run", "log.dir.failure.timeout.ms",
        "log.flush.scheduler.interval.ms", "log.flush.start.offset.checkpoint.interval.ms",
        "log.index.size.max.bytes", "log.initial.task.delay.ms", "log.local.retention.bytes",
        "log.local.retention.ms", "log.message.downconversion.enable", "log.message.format.version",
        "log.message.timestamp.after.max.ms", "log.message.timestamp.before.max.ms",
        "log.message.timestamp.difference.max.ms", "log.roll.jitter.hours", "log.roll.jitter.ms",
        "log.segment.delete.delay.ms", "max.connection.creation.rate", "max.connections.per.ip",
        "max.connections.per.ip.overrides", "max.incremental.fetch.session.cache.slots",
        "max.request.partition.size.limit", "metric.reporters", "num.io.threads", "num.network.threads",
        "num.recovery.threads.per.data.dir", "num.replica.alter.log.dirs.threads", "num.replica.fetchers",
        "offsets.commit.required.acks", "offsets.commit.timeout.ms", "offsets.load.buffer.size",
        "offsets.retention.check.interval.ms", "producer.id.expiration.check.interval.ms",
        "producer.purgatory.purge.interval.requests", "queued.max.requests", "request.timeout.ms",
        "reserved.broker.max.id", "server.max.startup.time.ms", "socket.connection.setup.timeout.max.ms",
        "socket.connection.setup.timeout.ms", "socket.listen.backlog.size", "telemetry.max.bytes",
        "unstable.api.versions.enable", "unstable.feature.versions.enable",
    ]
    private static let partFamilies = [
        "alter.log.dirs.", "compression.", "controlled.shutdown.", "controller.", "follower.", "group.consumer.",
        "group.coordinator.", "group.share.", "group.streams.", "kafka.metrics.", "leader.", "log.cleaner.",
        "metadata.", "metrics.", "offsets.topic.", "quota.", "remote.", "replica.", "replication.", "share.",
        "transaction.", "transactional.", "unclean.leader.", "zookeeper.",
    ]
}
