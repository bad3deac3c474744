internal import KafkaProtocol
internal import LinuxKernel

/// What a producer does in the loop: it makes requests of what waits, and takes their answers.
extension Producer: ClusterMember {
    /// How often batches are looked through for late ones.
    private static let expiryInterval: Int64 = 100_000_000

    func advance(now: Int64) {
        makeDue(now: now)
        resumePaused(now: now)
        for lane in lanes {
            while lane.readyCount > 0, lane.node.prepare(now: now), lane.node.inFlight < configuration.maxInFlight {
                guard sendRequest(lane, now: now) else { break }
            }
        }
        if now >= nextExpiry {
            nextExpiry = now + Self.expiryInterval
            expire(now: now)
        }
    }

    func deadline(now: Int64) -> Int64 {
        if !outcomes.isEmpty, !isFlushing { return now }
        var deadline = lingering.first?.dueAt ?? .max
        for queue in paused { deadline = min(deadline, queue.retryAt) }
        if pendingBatches > 0 { deadline = min(deadline, nextExpiry) }
        return deadline
    }

    // MARK: Which are ready

    private func makeDue(now: Int64) {
        while let first = lingering.first, first.dueAt <= now {
            _ = lingering.popFirst()
            makeDue(first)
        }
    }

    func makeAllDue() {
        while let first = lingering.popFirst() { makeDue(first) }
    }

    private func makeDue(_ entry: Lingering) {
        guard entry.queue.open?.number == entry.number else { return }
        entry.queue.isDue = true
        list(entry.queue)
    }

    private func resumePaused(now: Int64) {
        var index = 0
        while index < paused.count {
            if paused[index].retryAt <= now {
                let queue = paused[index]
                paused.swapAt(index, paused.count - 1)
                paused.removeLast()
                queue.retryAt = 0
                list(queue)
            } else {
                index += 1
            }
        }
    }

    private func pause(_ queue: PartitionQueue) {
        if queue.retryAt == 0 { paused.append(queue) }
        queue.retryAt = MonotonicClock.now() + configuration.client.retryBackoff
    }

    func leadersChanged() {
        for lane in lanes { lane.removeAll() }
        for (topic, described) in cluster.topics.enumerated() {
            if topic == queues.count { queues.append([]) }
            for (index, partition) in described.partitions.enumerated() {
                let id = PartitionID(topic: topic, index: index)
                if index == queues[topic].count { queues[topic].append(PartitionQueue(id: id)) }
                let queue = queues[topic][index]
                queue.lane = partition.leader.map(lane)
                if queue.retryAt == 0 { list(queue) }
            }
        }
    }

    private func lane(to node: NodeConnection) -> Int {
        if let index = lanes.firstIndex(where: { $0.node === node }) { return index }
        lanes.append(ProducerLane(node: node))
        return lanes.count - 1
    }

    /// Gives up batches that have waited too long. Those on the way are given up by the time-out of their request.
    private func expire(now: Int64) {
        guard pendingBatches > 0 else { return }
        for partitions in queues {
            for queue in partitions {
                while let batch = queue.waiting.first, now - batch.enqueuedAt >= configuration.deliveryTimeout {
                    _ = queue.takeFirst()
                    finish(batch, failure: lateness(of: batch))
                }
            }
        }
    }

    private func lateness(of batch: PendingBatch) -> ClientError {
        ClientError(
            .timedOut(nanoseconds: configuration.deliveryTimeout), node: cluster.lastError?.node, api: .produce,
            subject: name(of: batch.partition))
    }

    // MARK: Requests

    /// - Returns: Whether there was anything to send.
    private func sendRequest(_ lane: ProducerLane, now: Int64) -> Bool {
        select(lane, now: now)
        guard !lane.selected.isEmpty else { return false }
        let request: Request
        do throws(ClientError) {
            request = try lane.node.begin(.produce, .produce)
        } catch {
            refuse(&lane.selected, error)
            return false
        }
        swap(&request.batches, &lane.selected)
        let sentAt = MonotonicClock.now()
        for index in request.batches.indices {
            request.batches[index].sentAt = sentAt
            request.batches[index].attempts += 1
        }
        request.expectsResponse = configuration.acks != .none
        do throws(ClientError) {
            try lane.node.wire(.produce) { () throws(WireError) in try write(request) }
        } catch {
            refuse(&request.batches, error)
            lane.node.discard(request)
            return false
        }
        lane.node.submit(request)
        return true
    }

    /// The node has no version in common, or the name of a topic is too long: another attempt cannot help.
    private func refuse(_ batches: inout [PendingBatch], _ error: ClientError) {
        for batch in batches { finish(batch, failure: error) }
        batches.removeAll(keepingCapacity: true)
    }

    /// Takes one batch of each partition that is ready, topic by topic, up to the greatest size of a request.
    private func select(_ lane: ProducerLane, now: Int64) {
        var byteCount = 0
        let topicCount = lane.ready.count
        var step = 0
        while step < topicCount {
            let topic = (lane.firstTopic + step) % topicCount
            step += 1
            var left = lane.ready[topic].count
            while left > 0, let queue = lane.takeFirst(ofTopic: topic) {
                left -= 1
                // It comes back when its pause is over.
                if queue.retryAt != 0 { continue }
                if queue.waiting.isEmpty { seal(queue) }
                guard let batch = queue.waiting.first else { continue }
                let length = batch.byteCount
                if byteCount > 0, byteCount + length > configuration.maxRequestSize {
                    lane.list(queue, first: true)
                    lane.firstTopic = topic
                    return
                }
                byteCount += length
                lane.selected.append(batch)
                _ = queue.takeFirst()
                list(queue)
            }
        }
    }

    private func write(_ request: Request) throws(WireError) {
        let topicCount = topicCount(of: request)
        try ProduceRequest.begin(
            version: request.version, acks: configuration.acks.rawValue,
            timeoutMs: Int32(clamping: configuration.client.requestTimeout / 1_000_000), topicCount: topicCount,
            into: &request.writer)
        var index = 0
        while index < request.batches.count {
            let topic = request.batches[index].partition.topic
            let end = endOfTopic(from: index, in: request)
            try request.writer.beginTopic(cluster.topics[topic].name, partitionCount: end - index)
            while index < end {
                let batch = request.batches[index]
                ProduceRequest.beginPartition(
                    Int32(batch.partition.index), recordsLength: batch.byteCount, into: &request.writer)
                unsafe request.attach(batch.bytes)
                ProduceRequest.endPartition(into: &request.writer)
                index += 1
            }
            request.writer.endTopic()
        }
        ProduceRequest.end(into: &request.writer)
    }

    private func topicCount(of request: Request) -> Int {
        var count = 0
        var index = 0
        while index < request.batches.count {
            index = endOfTopic(from: index, in: request)
            count += 1
        }
        return count
    }

    private func endOfTopic(from start: Int, in request: Request) -> Int {
        let topic = request.batches[start].partition.topic
        var end = start + 1
        while end < request.batches.count, request.batches[end].partition.topic == topic { end += 1 }
        return end
    }

    // MARK: Answers

    func received(
        _ request: Request, _ reader: inout WireReader, _ frame: UnsafeRawBufferPointer, at node: NodeConnection
    ) throws(ClientError) -> Bool {
        let now = MonotonicClock.now()
        try node.wire(.produce) { () throws(WireError) in
            var cursor = try ProduceResponseCursor(&reader, version: request.version)
            var topic: WireString?
            var next = 0
            while true {
                switch try cursor.next(&reader) {
                case .topic(let name, _): topic = name
                case .partition(let answer):
                    guard let topic, let index = find(topic, Int(answer.index), in: request, from: next) else {
                        continue
                    }
                    next = index + 1
                    settle(&request.batches[index], answer, at: node, now: now)
                case .end: return
                }
            }
        }
        for index in request.batches.indices where !request.batches[index].isAnswered {
            request.batches[index].isAnswered = true
            let batch = request.batches[index]
            finish(
                batch,
                failure: ClientError(
                    .unanswered, node: node.name, api: .produce, subject: name(of: batch.partition)), now: now)
        }
        return false
    }

    /// Answers come in the order of the request, usually.
    private func find(_ topic: WireString, _ partition: Int, in request: Request, from start: Int) -> Int? {
        let count = request.batches.count
        var step = 0
        while step < count {
            let index = (start + step) % count
            let id = request.batches[index].partition
            if id.index == partition, topic == cluster.topics[id.topic].name, !request.batches[index].isAnswered {
                return index
            }
            step += 1
        }
        return nil
    }

    private func settle(
        _ batch: inout PendingBatch, _ answer: ProduceResponse.Partition, at node: NodeConnection, now: Int64
    ) {
        batch.isAnswered = true
        guard answer.errorCode != .none else { return finish(batch, baseOffset: answer.baseOffset, now: now) }
        let error = ClientError(
            .kafka(answer.errorCode, message: answer.errorMessage), node: node.name, api: .produce,
            subject: name(of: batch.partition))
        if answer.errorCode.isRetriable {
            cluster.refreshMetadata(now: now)
            retry(batch, after: error, now: now)
        } else {
            finish(batch, failure: error, now: now)
        }
    }

    /// A producer holds no frames.
    func makeWay() {}

    func sent(_ request: Request, at node: NodeConnection) {
        let now = MonotonicClock.now()
        for batch in request.batches { finish(batch, now: now) }
    }

    func failed(_ request: Request, _ error: ClientError, at node: NodeConnection) {
        let now = MonotonicClock.now()
        for batch in request.batches where !batch.isAnswered {
            var error = error
            error.api = .produce
            error.subject = name(of: batch.partition)
            retry(batch, after: error, now: now)
        }
    }

    private func retry(_ batch: PendingBatch, after error: ClientError, now: Int64) {
        guard batch.attempts <= configuration.retries, now - batch.enqueuedAt < configuration.deliveryTimeout else {
            return finish(batch, failure: error, now: now)
        }
        let queue = queues[batch.partition.topic][batch.partition.index]
        var batch = batch
        batch.isAnswered = false
        queue.restore(batch)
        pause(queue)
    }

    func finish(
        _ batch: PendingBatch, baseOffset: Int64 = -1, failure: ClientError? = nil, now: Int64 = MonotonicClock.now()
    ) {
        pendingBatches -= 1
        if let builder = batch.builder {
            release(builder)
        } else {
            bufferedBytes -= batch.byteCount
        }
        outcomes.append(
            DeliveryOutcome(
                partition: batch.partition, tag: batch.tag, recordCount: batch.recordCount,
                byteCount: batch.byteCount, baseOffset: baseOffset, failure: failure, attempts: batch.attempts,
                intendedAt: batch.intendedAt, enqueuedAt: batch.enqueuedAt, sentAt: batch.sentAt, finishedAt: now))
    }
}
