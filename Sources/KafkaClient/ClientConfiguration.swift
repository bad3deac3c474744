/// What all clients of a cluster can be told, under Kafka's names; times are in nanoseconds.
package struct ClientConfiguration: Sendable {
    /// `client.id`
    package var clientId = "sluice"
    /// `socket.connection.setup.timeout.ms`: for the connection and the exchange of versions.
    package var connectTimeout: Int64 = 10_000_000_000
    /// `request.timeout.ms`: for each answer. The connection is given up when one is late, since answers come in order.
    package var requestTimeout: Int64 = 30_000_000_000
    /// `reconnect.backoff.ms`: the pause after the first failed connection; it doubles with each that follows.
    package var reconnectBackoff: Int64 = 50_000_000
    /// `reconnect.backoff.max.ms`
    package var reconnectBackoffMax: Int64 = 1_000_000_000
    /// `retry.backoff.ms`: the pause before metadata or a refused request is tried again.
    package var retryBackoff: Int64 = 100_000_000
    /// `metadata.max.age.ms`
    package var metadataMaxAge: Int64 = 300_000_000_000
    /// The longest frame that is taken, in bytes (`receive.message.max.bytes` of librdkafka).
    package var receiveMessageMaxBytes = 128 << 20
    /// `send.buffer.bytes`; 0 lets the kernel choose.
    package var sendBufferBytes = 0
    /// `receive.buffer.bytes`; 0 lets the kernel choose.
    package var receiveBufferBytes = 0
    /// TCP's congestion control; nil leaves it to the system.
    package var congestionControl: String?

    package init() {}
}
