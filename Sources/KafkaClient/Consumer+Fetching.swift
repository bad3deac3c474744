internal import KafkaProtocol
internal import LinuxKernel
internal import RecordFormat

/// What a consumer does in the loop: it asks for what is wanted, and takes the answers.
extension Consumer: ClusterMember {
    func advance(now: Int64) {
        for lane in lanes {
            release(lane)
            guard !lane.isFetching, configuration.fetchesAhead || !lane.hasMore else { continue }
            fetch(lane, now: now)
        }
    }

    func deadline(now: Int64) -> Int64 {
        var deadline = Int64.max
        for lane in lanes {
            if lane.hasMore { return now }
            guard !lane.isFetching else { continue }
            for partitions in lane.partitions {
                for partition in partitions where partition.position != nil && partition.retryAt > now {
                    deadline = min(deadline, partition.retryAt)
                }
            }
        }
        return deadline
    }

    func leadersChanged() {
        for lane in lanes { lane.partitions.removeAll(keepingCapacity: true) }
        for (topic, described) in cluster.topics.enumerated() {
            if topic == partitions.count { partitions.append([]) }
            for (index, led) in described.partitions.enumerated() {
                let id = PartitionID(topic: topic, index: index)
                if index == partitions[topic].count { partitions[topic].append(ConsumerPartition(id: id)) }
                guard let leader = led.leader else { continue }
                let lane = lane(to: leader)
                while lane.partitions.count <= topic { lane.partitions.append([]) }
                lane.partitions[topic].append(partitions[topic][index])
            }
        }
    }

    private func lane(to node: NodeConnection) -> ConsumerLane {
        if let lane = lanes.first(where: { $0.node === node }) { return lane }
        let lane = ConsumerLane(node: node)
        lanes.append(lane)
        return lane
    }

    // MARK: Requests

    private func fetch(_ lane: ConsumerLane, now: Int64) {
        guard !cluster.isWaiting else { return }
        let topicCount = count(of: lane, now: now) { $0 > 0 ? 1 : 0 }
        guard topicCount > 0, lane.node.prepare(now: now) else { return }
        do throws(ClientError) {
            let request = try lane.node.begin(.fetch, .fetch)
            try lane.node.wire(.fetch) { () throws(WireError) in
                try write(request, lane, topicCount: topicCount, now: now)
            }
            lane.isFetching = true
            lane.turn &+= 1
            lane.node.submit(request)
        } catch {
            lane.node.fail(error)
        }
    }

    /// Adds up what a function says of the number of partitions that are wanted, over the topics.
    private func count(of lane: ConsumerLane, now: Int64, _ value: (Int) -> Int) -> Int {
        var sum = 0
        for partitions in lane.partitions {
            var wanted = 0
            for partition in partitions where partition.isWanted(now: now) { wanted += 1 }
            sum += value(wanted)
        }
        return sum
    }

    private func write(
        _ request: Request, _ lane: ConsumerLane, topicCount: Int, now: Int64
    ) throws(WireError) {
        let header = FetchRequest.Header(
            maxWaitMs: Int32(clamping: configuration.fetchMaxWait / 1_000_000),
            minBytes: Int32(clamping: configuration.fetchMinBytes),
            maxBytes: Int32(clamping: configuration.fetchMaxBytes))
        try FetchRequest.begin(version: request.version, header, topicCount: topicCount, into: &request.writer)
        for topic in lane.partitions.indices {
            let partitions = lane.partitions[topic]
            var wanted = 0
            for partition in partitions where partition.isWanted(now: now) { wanted += 1 }
            guard wanted > 0 else { continue }
            let described = cluster.topics[topic]
            try request.writer.beginTopic(described.name, partitionCount: wanted)
            var step = 0
            while step < partitions.count {
                let partition = partitions[(lane.turn &+ step) % partitions.count]
                step += 1
                guard partition.isWanted(now: now), let position = partition.position else { continue }
                partition.requested = position
                request.partitions.append(partition)
                FetchRequest.partition(
                    .init(
                        index: Int32(partition.id.index),
                        currentLeaderEpoch: described.partitions[partition.id.index].leaderEpoch,
                        fetchOffset: position, maxBytes: Int32(clamping: configuration.maxPartitionFetchBytes)),
                    into: &request.writer)
            }
            request.writer.endTopic()
        }
        try FetchRequest.end(into: &request.writer)
    }

    // MARK: Answers

    func received(
        _ request: Request, _ reader: inout WireReader, _ frame: UnsafeRawBufferPointer, at node: NodeConnection
    ) throws(ClientError) -> Bool {
        let now = MonotonicClock.now()
        let lane = lane(to: node)
        precondition(lane.fetched.isEmpty, "an answer came while another one was being taken")
        let code = try node.wire(.fetch) { () throws(WireError) in
            unsafe try take(request, &reader, frame, lane: lane, now: now)
        }
        guard code == .none else { throw ClientError(.kafka(code, message: nil), node: node.name, api: .fetch) }
        finish(request, lane)
        if cluster.isWaiting { drop(lane) }
        return !lane.fetched.isEmpty
    }

    func makeWay() {
        for lane in lanes where !lane.fetched.isEmpty {
            drop(lane)
            lane.node.releaseFrame()
        }
    }

    /// Forgets what was not taken; it will be fetched again.
    private func drop(_ lane: ConsumerLane) {
        while lane.hasMore {
            let fetched = lane.fetched[lane.taken]
            let partition = partitions[fetched.partition.topic][fetched.partition.index]
            // Unless the caller has chosen another offset since.
            if partition.position == fetched.nextOffset || fetched.failure != nil {
                partition.position = fetched.fetchOffset
            }
            lane.taken += 1
        }
        lane.fetched.removeAll(keepingCapacity: true)
        lane.taken = 0
    }

    /// - Returns: The error code of the whole answer.
    private func take(
        _ request: Request, _ reader: inout WireReader, _ frame: UnsafeRawBufferPointer, lane: ConsumerLane, now: Int64
    ) throws(WireError) -> ErrorCode {
        var cursor = try FetchResponseCursor(&reader, version: request.version)
        guard cursor.header.errorCode == .none else { return cursor.header.errorCode }
        var topic: WireString?
        var next = 0
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, _): topic = name
            case .partition(let answer, let records):
                guard let topic, let index = find(topic, Int(answer.index), in: request, from: next) else { continue }
                next = index + 1
                let partition = request.partitions[index]
                // A partition that was moved elsewhere meanwhile does not want this any more.
                guard let requested = partition.requested, partition.position == requested else { continue }
                let bytes = unsafe UnsafeRawBufferPointer(rebasing: frame[records])
                unsafe settle(
                    partition, answer, bytes, requested: requested, lane: lane, sentAt: request.submittedAt, now: now)
            case .end: return .none
            }
        }
    }

    /// Answers come in the order of the request, usually.
    private func find(_ topic: WireString, _ partition: Int, in request: Request, from start: Int) -> Int? {
        let count = request.partitions.count
        var step = 0
        while step < count {
            let index = (start + step) % count
            let id = request.partitions[index].id
            if id.index == partition, topic == cluster.topics[id.topic].name { return index }
            step += 1
        }
        return nil
    }

    private func settle(
        _ partition: ConsumerPartition, _ answer: FetchResponse.Partition, _ bytes: UnsafeRawBufferPointer,
        requested: Int64, lane: ConsumerLane, sentAt: Int64, now: Int64
    ) {
        var failure: ClientError?
        var batchCount = 0
        var recordCount = 0
        var nextOffset = requested
        var byteCount = 0
        if answer.errorCode == .none {
            var batches = unsafe RecordBatchSequence(bytes)
            do throws(RecordBatchError) {
                while let batch = try batches.next() {
                    batchCount += 1
                    recordCount += Int(batch.header.recordCount)
                    nextOffset = batch.header.nextOffset
                }
            } catch {
                failure = self.failure(.batch(error), of: partition, at: lane)
            }
            byteCount = batches.position
            if batchCount == 0, failure == nil {
                guard bytes.count > 0 else { return }
                failure = self.failure(.cutOffBatch(byteCount: bytes.count), of: partition, at: lane)
            }
        } else if answer.errorCode.isRetriable {
            cluster.refreshMetadata(now: now)
            partition.retryAt = now + configuration.client.retryBackoff
            return
        } else {
            failure = self.failure(.kafka(answer.errorCode, message: nil), of: partition, at: lane)
        }
        partition.position = failure == nil ? nextOffset : nil
        unsafe lane.fetched.append(
            FetchedPartition(
                partition: partition.id, fetchOffset: requested, nextOffset: nextOffset,
                highWatermark: answer.highWatermark, logStartOffset: answer.logStartOffset,
                bytes: UnsafeRawBufferPointer(rebasing: bytes[..<byteCount]), batchCount: batchCount,
                recordCount: recordCount, failure: failure, requestedAt: sentAt, receivedAt: now))
    }

    private func failure(
        _ reason: ClientError.Reason, of partition: ConsumerPartition, at lane: ConsumerLane
    ) -> ClientError {
        ClientError(
            reason, node: lane.node.name, api: .fetch,
            subject: "\(cluster.topics[partition.id.topic].name)-\(partition.id.index)")
    }

    func sent(_ request: Request, at node: NodeConnection) {
        preconditionFailure("every fetch has an answer")
    }

    func failed(_ request: Request, _ error: ClientError, at node: NodeConnection) {
        finish(request, lane(to: node))
    }

    private func finish(_ request: Request, _ lane: ConsumerLane) {
        for partition in request.partitions { partition.requested = nil }
        lane.isFetching = false
    }
}
