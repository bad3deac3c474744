internal import KafkaProtocol

/// A producer or a consumer, as its connection to the cluster sees it.
protocol ClusterMember: AnyObject {
    /// Sends what can be sent.
    func advance(now: Int64)

    /// When `advance` has something to do at the latest; `now` or before if there are results that nobody has taken.
    func deadline(now: Int64) -> Int64

    /// The answer to one of its requests.
    ///
    /// - Returns: Whether the frame is still needed; then `releaseFrame` is called later.
    func received(
        _ request: Request, _ reader: inout WireReader, _ frame: UnsafeRawBufferPointer, at node: NodeConnection
    ) throws(ClientError) -> Bool

    /// A request without an answer was handed to the kernel.
    func sent(_ request: Request, at node: NodeConnection)

    /// One of its requests gets no answer.
    func failed(_ request: Request, _ error: ClientError, at node: NodeConnection)

    /// The caller waits for something else than results: those that block a connection have to go, and none are to
    /// follow as long as `cluster.isWaiting`.
    func makeWay()

    /// Partitions were found, or their leaders have changed.
    func leadersChanged()
}
