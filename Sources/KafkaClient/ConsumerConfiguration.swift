/// What a consumer can be told, under Kafka's names; times are in nanoseconds.
package struct ConsumerConfiguration: Sendable {
    package var client = ClientConfiguration()
    /// `max.partition.fetch.bytes`: of a partition in an answer; the first batch comes whole even if it is larger.
    package var maxPartitionFetchBytes = 1 << 20
    /// `fetch.max.bytes`: of an answer.
    package var fetchMaxBytes = 50 << 20
    /// `fetch.min.bytes`: an answer waits for that many,
    package var fetchMinBytes = 1
    /// `fetch.max.wait.ms`: but no longer than this.
    package var fetchMaxWait: Int64 = 500_000_000
    /// Whether a node is asked for more as soon as its answer is there, before the caller has taken it;
    /// otherwise after.
    package var fetchesAhead = true

    package init() {}
}
