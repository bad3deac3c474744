internal import LinuxKernel

/// Reads partitions from offsets on, as it is told: no groups, no commits.
///
/// Fetching happens in the loop's `poll`; what came is taken with `next`, and lies in the connections' own memory. Each
/// node has at most one request on the way, with all partitions it leads. In the steady state nothing is allocated.
package final class Consumer {
    package let cluster: ClusterConnection
    let configuration: ConsumerConfiguration
    /// By topic and partition.
    var partitions: [[ConsumerPartition]] = []
    var lanes: [ConsumerLane] = []
    private var nextLane = 0

    package init(
        _ loop: ClientLoop, bootstrap: [(host: String, port: UInt16)], _ configuration: ConsumerConfiguration = .init()
    ) {
        self.configuration = configuration
        cluster = ClusterConnection(loop, bootstrap: bootstrap, configuration.client)
        cluster.member = self
    }

    /// Ends the connections.
    package func close() {
        cluster.close()
    }

    /// Opens a topic and waits until its partitions have leaders; nothing is read yet.
    ///
    /// - Returns: Its number, the `topic` of its `PartitionID`s.
    package func open(_ topic: String, timeout: Int64 = ClusterConnection.callTimeout) throws(ClientError) -> Int {
        let index = cluster.follow(topic)
        try cluster.waitForLeaders(of: index, timeout: timeout)
        return index
    }

    /// How many partitions a topic has that was opened.
    package func partitionCount(of topic: Int) -> Int { partitions[topic].count }

    /// Reads a partition from this offset on.
    package func seek(_ partition: PartitionID, to offset: Int64) {
        let partition = partitions[partition.topic][partition.index]
        partition.position = offset
        partition.retryAt = 0
    }

    /// Reads a partition no more; what is on the way is dropped.
    package func pause(_ partition: PartitionID) {
        partitions[partition.topic][partition.index].position = nil
    }

    /// The offset that is read next; nil of a partition that is not read.
    package func position(of partition: PartitionID) -> Int64? {
        partitions[partition.topic][partition.index].position
    }

    /// Takes what came of the next partition; nil if the loop has to be polled for more.
    package func next() -> FetchedPartition? {
        var step = 0
        while step < lanes.count {
            let lane = lanes[(nextLane + step) % lanes.count]
            if lane.hasMore {
                nextLane = (nextLane + step) % lanes.count
                lane.taken += 1
                return lane.fetched[lane.taken - 1]
            }
            release(lane)
            step += 1
        }
        return nil
    }

    /// Gives the memory of an answer back when all of it was taken.
    func release(_ lane: ConsumerLane) {
        guard !lane.fetched.isEmpty, !lane.hasMore else { return }
        lane.fetched.removeAll(keepingCapacity: true)
        lane.taken = 0
        lane.node.releaseFrame()
    }
}
