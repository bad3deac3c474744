internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

extension Connection {
    /// Answers a fetch, or lets it wait for records.
    ///
    /// The response is written right away; where there are too few bytes yet, it is taken back and the request stays
    /// where it is, to be served anew when there are more or its time is over.
    func serveFetch(_ header: RequestHeader, _ reader: inout WireReader) throws(ConnectionEnd) {
        let start = output.count
        let firstSlice = slices.count
        var attempt = reader
        var result = try writeFetch(header, &attempt, waiter: nil)
        let until = waitEnd(result)
        if result.byteCount < result.minBytes, !result.hasError, !isExpired, reactor.now < until {
            takeBack(start, firstSlice)
            // Once more, now to be told of appends: what comes between the two attempts is not missed.
            if fetchUntil == nil {
                ticket += 1
                fetchUntil = until
                reactor.deadlines.insert(DeadlineQueue.Entry(time: until, slot: slot, ticket: ticket))
            }
            let waiter = Partition.Waiter(reactor: reactor.number, slot: slot, ticket: ticket)
            attempt = reader
            result = try writeFetch(header, &attempt, waiter: waiter)
            if result.byteCount < result.minBytes, !result.hasError {
                takeBack(start, firstSlice)
                wait = .fetch
                return
            }
        }
        isExpired = false
        fetchUntil = nil
        commitOutput()
    }

    /// A fetch that is served again keeps its first deadline.
    private func waitEnd(_ result: FetchResult) -> Int64 {
        if let fetchUntil { return fetchUntil }
        if reactor.isStopping { return 0 }
        return reactor.now + Int64(result.maxWaitMs) * 1_000_000
    }

    private func takeBack(_ start: Int, _ firstSlice: Int) {
        output.truncate(to: start)
        slices.removeLast(slices.count - firstSlice)
    }

    private struct FetchResult {
        var byteCount = 0
        var hasError = false
        var minBytes = 0
        var maxWaitMs: Int32 = 0
    }

    private func writeFetch(
        _ header: RequestHeader, _ reader: inout WireReader, waiter: Partition.Waiter?
    ) throws(ConnectionEnd) -> FetchResult {
        let frame = output.beginFrame()
        ResponseHeader.encode(
            .fetch, version: header.apiVersion, correlationId: header.correlationId, into: &output)
        do throws(WireError) {
            var cursor = try FetchRequestCursor(&reader, version: header.apiVersion)
            var result = FetchResult(
                minBytes: Int(cursor.header.minBytes), maxWaitMs: max(0, cursor.header.maxWaitMs))
            if !cursor.header.isFull {
                // There are no sessions to go on with; the client makes a full request then.
                result.hasError = true
                try FetchResponse.begin(
                    version: header.apiVersion, .init(errorCode: .fetchSessionIdNotFound), topicCount: 0, into: &output)
            } else {
                try FetchResponse.begin(version: header.apiVersion, topicCount: cursor.topicCount, into: &output)
                try writeTopics(&cursor, &reader, waiter, &result)
            }
            FetchResponse.end(into: &output)
            output.endFrame(frame)
            return result
        } catch {
            throw .reason("a fetch request that is not what the protocol says: \(error)")
        }
    }

    private func writeTopics(
        _ cursor: inout FetchRequestCursor, _ reader: inout WireReader, _ waiter: Partition.Waiter?,
        _ result: inout FetchResult
    ) throws(WireError) {
        let limit = min(max(0, Int(cursor.header.maxBytes)), node.configuration.largestFetchBytes)
        var topic: Topic?
        var isInTopic = false
        while true {
            switch try cursor.next(&reader) {
            case .topic(let name, let partitionCount):
                if isInTopic { output.endTopic() }
                isInTopic = true
                try output.beginTopic(name, partitionCount: partitionCount)
                topic = node.topics.find(name)
            case .partition(let wanted):
                write(wanted, of: topic, left: limit - result.byteCount, waiter, &result)
            case .end:
                if isInTopic { output.endTopic() }
                return
            }
        }
    }

    private func write(
        _ wanted: FetchRequest.Partition, of topic: Topic?, left: Int, _ waiter: Partition.Waiter?,
        _ result: inout FetchResult
    ) {
        var answer = FetchResponse.Partition(index: wanted.index)
        var slice: LogSlice?
        switch find(wanted, in: topic) {
        case .failure(let code):
            answer.errorCode = code
        case .success(let partition):
            // A batch that this reactor has not settled is not there yet.
            reactor.appends.settle()
            partition.lock.lock()
            defer { partition.lock.unlock() }
            answer.highWatermark = partition.log.readableOffset
            answer.lastStableOffset = answer.highWatermark
            answer.logStartOffset = partition.logStartOffset
            if let waiter { partition.addWaiter(waiter) }
            do throws(LogError) {
                if partition.isDeleted {
                    answer.errorCode = .unknownTopicOrPartition
                } else if wanted.fetchOffset < partition.logStartOffset {
                    answer.errorCode = .offsetOutOfRange
                } else if left > 0 || result.byteCount == 0 {
                    slice = try partition.log.slice(
                        at: wanted.fetchOffset, maxBytes: min(max(0, Int(wanted.maxBytes)), max(0, left)))
                }
            } catch {
                answer.errorCode = error.code
                partition.health.judge(error)
                if answer.errorCode == .kafkaStorageError { node.log.warn(.storage, "\(error)") }
            }
        }
        if answer.errorCode != .none { result.hasError = true }
        // Only the first batch of the response may be larger than the limits. Behind others it is left out, not cut
        // off: from version 3 on clients take a part of a batch without a whole one for an error.
        let byteCount = slice.map { result.byteCount == 0 || $0.byteCount <= left ? $0.byteCount : 0 } ?? 0
        FetchResponse.beginPartition(answer, recordsLength: byteCount, into: &output)
        if let slice, byteCount > 0 {
            slices.append(
                OutputSlice(
                    segment: slice.segment, pin: slice.pin, position: slice.position, byteCount: byteCount,
                    outputPosition: output.count, limit: slice.limit, slot: slice.slot))
        }
        FetchResponse.endPartition(into: &output)
        result.byteCount += byteCount
    }

    private func find(_ wanted: FetchRequest.Partition, in topic: Topic?) -> Result<Partition, ErrorCode> {
        guard let topic else { return .failure(.unknownTopicOrPartition) }
        return topic.partition(wanted.index).flatMap {
            // There is one epoch, 0: nobody else ever led.
            wanted.currentLeaderEpoch <= 0 ? .success($0) : .failure(.unknownLeaderEpoch)
        }
    }
}
