internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel
internal import RecordFormat

/// A produce request that is being received. Its response is written while it goes, since both have the same shape.
struct ProduceProgress {
    var parser: ProduceRequestParser
    let version: Int16
    /// Bytes of the request that are not taken yet.
    var bodyRemaining: Int
    /// Where the response begins in the output.
    let responseStart: Int
    var acks: Int16 = 1
    var topic: Topic?
    var isInTopic = false
    /// Why no partition of the request is appended to.
    var refusal: ErrorCode?
}

/// Records that did not arrive at once.
enum RecordsBody {
    /// They go into the connection's own memory, and from there into the log when they are whole.
    case spill(SpillBuffer, Partition, index: Int32)
    /// They are not wanted; the partition's answer says why.
    case discard(left: Int, index: Int32, ErrorCode)
}

extension Connection {
    /// Records above this size are received where they belong, not into the common buffer first.
    private static let bulkBytes = 32 * 1024
    /// Below this, asking whether everything has arrived costs more than copying what has.
    private static let probedBytes = 16 * 1024

    func beginProduce(_ header: RequestHeader, bodyLength: Int) throws(ConnectionEnd) {
        let start = output.beginFrame()
        ResponseHeader.encode(
            .produce, version: header.apiVersion, correlationId: header.correlationId, into: &output)
        do throws(WireError) {
            produce = ProduceProgress(
                parser: try ProduceRequestParser(version: header.apiVersion), version: header.apiVersion,
                bodyRemaining: bodyLength, responseStart: start)
        } catch {
            throw .reason("\(error)")
        }
    }

    /// Goes on with the produce request.
    ///
    /// - Parameter bytes: What has arrived behind what was taken so far.
    /// - Returns: How many of the bytes are done with. Where records are missing, that is all of them.
    func continueProduce(_ bytes: UnsafeRawBufferPointer) throws(ConnectionEnd) -> Int {
        var taken = 0
        while let remaining = produce?.bodyRemaining {
            let inHand = min(bytes.count - taken, remaining)
            var reader = unsafe WireReader(
                UnsafeRawBufferPointer(rebasing: bytes[taken..<taken + inHand]), stillToCome: remaining - inHand)
            let step: Step
            do throws(WireError) {
                step = try nextStep(&reader)
            } catch {
                throw .reason("a produce request that is not what the protocol says: \(error)")
            }
            taken += reader.offset
            produce!.bodyRemaining -= reader.offset
            switch step {
            case .goOn: break
            case .needMore: return taken
            case .end: finishProduce()
            case .records(let index, let byteCount):
                let present = min(byteCount, inHand - reader.offset)
                produce!.bodyRemaining -= byteCount
                let start = taken
                taken += present
                unsafe try takeRecords(
                    index, byteCount, present: UnsafeRawBufferPointer(rebasing: bytes[start..<taken]))
                if body != nil { return taken }
            }
        }
        return taken
    }

    private enum Step {
        case goOn
        case needMore
        case records(Int32, byteCount: Int)
        case end
    }

    private func nextStep(_ reader: inout WireReader) throws(WireError) -> Step {
        switch try produce!.parser.next(&reader) {
        case .needMore: return .needMore
        case .header(let header): try begin(header)
        case .topic(let name, let partitionCount): try beginTopic(name, partitionCount: partitionCount)
        case .partition(let index, let recordsLength): return .records(index, byteCount: recordsLength ?? 0)
        case .end: return .end
        }
        return .goOn
    }

    private func begin(_ header: ProduceRequest.Header) throws(WireError) {
        produce!.acks = header.acks
        if header.transactionalId != nil {
            produce!.refusal = .transactionalIdAuthorizationFailed
        } else if header.acks < -1 || header.acks > 1 {
            produce!.refusal = .invalidRequiredAcks
        }
        try ProduceResponse.begin(version: produce!.version, topicCount: header.topicCount, into: &output)
    }

    private func beginTopic(_ name: WireString, partitionCount: Int) throws(WireError) {
        if produce!.isInTopic { output.endTopic() }
        produce!.isInTopic = true
        try output.beginTopic(name, partitionCount: partitionCount)
        produce!.topic = node.topics.find(name)
        if produce!.topic == nil, node.configuration.autoCreateTopics, let text = name.validated {
            // Kafka's producers ask for metadata first, which makes the topic; others may not. Whoever makes topics may wait
            // for the lock of any partition, so this thread must not hold one.
            reactor.settle()
            produce!.topic = try? node.topics.findOrCreate(text)
        }
    }

    private func finishProduce() {
        guard let finished = produce else { return }
        produce = nil
        if finished.isInTopic { output.endTopic() }
        ProduceResponse.end(into: &output)
        output.endFrame(finished.responseStart)
        if finished.acks == 0 {
            output.truncate(to: finished.responseStart)
        } else {
            commitOutput()
        }
    }

    // MARK: Records

    /// Takes a partition's records: those that are present, and those that can be received at once.
    private func takeRecords(
        _ index: Int32, _ byteCount: Int, present: UnsafeRawBufferPointer
    ) throws(ConnectionEnd) {
        let missing = byteCount - present.count
        isBulk = byteCount >= Self.bulkBytes
        let partition: Partition
        switch target(index, byteCount) {
        case .success(let found): partition = found
        case .failure(let code):
            if missing > 0 {
                body = .discard(left: missing, index: index, code)
            } else {
                try answer(index, code)
            }
            return
        }
        if missing == 0 {
            unsafe try reserveAndFill(partition, index, byteCount, present)
            return
        }
        if missing > Self.probedBytes, try availableBytes() < missing {
            unsafe try spill(partition, index, byteCount, present)
            return
        }
        unsafe try reserveAndFill(partition, index, byteCount, present)
    }

    /// The partition that records go to, or why they go nowhere.
    private func target(_ index: Int32, _ byteCount: Int) -> Result<Partition, ErrorCode> {
        if let refusal = produce!.refusal { return .failure(refusal) }
        guard let topic = produce!.topic, index >= 0, Int(index) < topic.partitions.count else {
            return .failure(.unknownTopicOrPartition)
        }
        guard !topic.isInternal else { return .failure(.invalidTopicException) }
        guard let partition = topic.partitions[Int(index)] else { return .failure(.notLeaderOrFollower) }
        guard byteCount >= RecordBatchHeader.byteCount else { return .failure(.corruptMessage) }
        guard byteCount <= topic.configuration.log.maxMessageBytes else { return .failure(.messageTooLarge) }
        return .success(partition)
    }

    private func availableBytes() throws(ConnectionEnd) -> Int {
        guard isReadable else { return 0 }
        do throws(SystemError) {
            return try socket.available()
        } catch {
            throw .system(error)
        }
    }

    /// Receives into the append path's room; what turns out not to be there yet moves to memory of the connection.
    private func reserveAndFill(
        _ partition: Partition, _ index: Int32, _ byteCount: Int, _ present: UnsafeRawBufferPointer
    ) throws(ConnectionEnd) {
        let path = reactor.beginAppend(to: partition)
        let room: UnsafeMutableRawBufferPointer
        do throws(LogError) {
            if partition.isDeleted { throw .offsetOutOfRange(offset: 0, logStartOffset: 0, logEndOffset: 0) }
            unsafe room = unsafe try partition.log.reserve(byteCount, using: path)
        } catch {
            let code = reactor.appendFailed(partition, error)
            if byteCount > present.count {
                body = .discard(left: byteCount - present.count, index: index, code)
            } else {
                try answer(index, code)
            }
            return
        }
        unsafe room.copyMemory(from: present)
        var filled = present.count
        do throws(ConnectionEnd) {
            while filled < byteCount, isReadable {
                filled += unsafe try receive(into: UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
            }
        } catch {
            partition.log.abandon(using: path)
            throw error
        }
        if filled < byteCount {
            unsafe try spill(
                partition, index, byteCount,
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<filled]))
            partition.log.abandon(using: path)
        } else {
            unsafe try commit(room, to: partition, index, using: path)
        }
    }

    /// Goes on receiving into memory of the connection.
    private func spill(
        _ partition: Partition, _ index: Int32, _ byteCount: Int, _ present: UnsafeRawBufferPointer
    ) throws(ConnectionEnd) {
        let buffer = reactor.spills.take(byteCount)
        unsafe buffer.append(present)
        body = .spill(buffer, partition, index: index)
        stalledSince = stalledSince ?? reactor.now
        _ = accountSpill(byteCount)
    }

    /// Accounts for the memory of the records that are being received; false when the connection has to wait for some.
    ///
    /// The bytes so far were received; the rest waits in the kernel and so, in the end, at the client.
    private func accountSpill(_ byteCount: Int) -> Bool {
        if spilledBytes > 0 { return true }
        guard node.acquireMemory(byteCount, for: self) else { return false }
        accountedBytes += byteCount
        spilledBytes = byteCount
        return true
    }

    /// Receives more of the records; when they are whole, they go into the log.
    func receiveBody() throws(ConnectionEnd) -> Int {
        let count: Int
        switch body {
        case nil: return 0
        case .discard(let left, let index, let code):
            let all = unsafe reactor.receiveBuffer.bytes
            count = unsafe try receive(into: UnsafeMutableRawBufferPointer(rebasing: all[..<min(left, all.count)]))
            body = .discard(left: left - count, index: index, code)
            guard count == left else { break }
            body = nil
            try answer(index, code)
        case .spill(let buffer, let partition, let index):
            guard accountSpill(buffer.byteCount) else { return 0 }
            count = unsafe try receive(into: buffer.room)
            buffer.grow(by: count)
            guard buffer.isFull else { break }
            body = nil
            try append(buffer, to: partition, index)
            releaseSpill(buffer)
        }
        if count > 0 {
            stalledSince = body == nil ? nil : reactor.now
            if body == nil { _ = unsafe try continueProduce(UnsafeRawBufferPointer(start: nil, count: 0)) }
        }
        return count
    }

    private func append(_ buffer: SpillBuffer, to partition: Partition, _ index: Int32) throws(ConnectionEnd) {
        let path = reactor.beginAppend(to: partition)
        do throws(LogError) {
            if partition.isDeleted { throw .offsetOutOfRange(offset: 0, logStartOffset: 0, logEndOffset: 0) }
            unsafe try partition.log.lend(buffer.bytes, using: path)
        } catch {
            try answer(index, reactor.appendFailed(partition, error))
            return
        }
        unsafe try commit(buffer.bytes, to: partition, index, using: path)
        // The memory is this connection's and is used again.
        reactor.settle()
    }

    func releaseSpill(_ buffer: SpillBuffer) {
        reactor.spills.put(buffer)
        if spilledBytes > 0 {
            accountedBytes -= spilledBytes
            node.releaseMemory(spilledBytes)
            spilledBytes = 0
        }
    }

    // MARK: Batches

    /// Checks the batch in the reserved room and takes or refuses it.
    private func commit(
        _ room: UnsafeMutableRawBufferPointer, to partition: Partition, _ index: Int32, using path: AppendPath
    ) throws(ConnectionEnd) {
        let admitted: BatchAdmission.Result
        do throws(BatchAdmission.Refusal) {
            admitted = unsafe try BatchAdmission.admit(room, to: partition, now: WallClock.milliseconds())
        } catch {
            partition.log.abandon(using: path)
            node.log.warn(.batchRefused, "\(peer): a batch for \(partition.name) was refused: \(error.message)")
            try answer(index, error.code, message: error.message)
            return
        }
        switch admitted {
        case .duplicate(let batch):
            partition.log.abandon(using: path)
            try answer(index, .none, baseOffset: batch.baseOffset, partition)
        case .append(let header, let isChecked):
            try take(header, isChecked: isChecked, byteCount: room.count, to: partition, index, using: path)
        case .recompress(let header):
            let batch: UnsafeMutableRawBufferPointer
            do throws(BatchAdmission.Refusal) {
                unsafe batch = try reactor.recompressor.recompress(
                    UnsafeRawBufferPointer(room), with: partition.configuration.codec ?? header.codec,
                    limit: node.configuration.largestRequestBytes)
            } catch {
                partition.log.abandon(using: path)
                try answer(index, error.code, message: error.message)
                return
            }
            partition.log.abandon(using: path)
            do throws(LogError) {
                unsafe try partition.log.lend(batch, using: path)
            } catch {
                try answer(index, reactor.appendFailed(partition, error), message: "\(error)")
                return
            }
            try take(header, isChecked: true, byteCount: batch.count, to: partition, index, using: path)
            // The recompressor's memory is used again.
            reactor.settle()
        }
    }

    private func take(
        _ header: RecordBatchHeader, isChecked: Bool, byteCount: Int, to partition: Partition, _ index: Int32,
        using path: AppendPath
    ) throws(ConnectionEnd) {
        let appended: AppendedBatch
        do throws(LogError) {
            appended = try partition.log.commit(checking: isChecked ? .header : .headerAndCRC, using: path)
        } catch {
            node.log.warn(.batchRefused, "\(peer): a batch for \(partition.name) was refused: \(error)")
            try answer(index, reactor.appendFailed(partition, error), message: "\(error)")
            return
        }
        if header.producerId >= 0 {
            partition.producers.note(header, baseOffset: appended.baseOffset, now: WallClock.milliseconds())
        }
        let position = try answer(index, .none, baseOffset: appended.baseOffset, partition, header)
        reactor.noteAppend(
            by: self, at: produce?.acks == 0 ? nil : position, lastOffset: appended.lastOffset, byteCount: byteCount)
    }

    /// Writes the answer for a partition.
    ///
    /// - Returns: Where it stands in the output.
    @discardableResult
    private func answer(
        _ index: Int32, _ code: ErrorCode, baseOffset: Int64 = -1, _ partition: Partition? = nil,
        _ header: RecordBatchHeader? = nil, message: String? = nil
    ) throws(ConnectionEnd) -> Int {
        let position = output.count
        var answer = ProduceResponse.Partition(
            index: index, errorCode: code, baseOffset: baseOffset,
            logStartOffset: partition?.logStartOffset ?? -1, errorMessage: message)
        if partition?.configuration.timestampType == .logAppendTime, code == .none {
            answer.logAppendTimeMs = header?.maxTimestamp ?? -1
        }
        do throws(WireError) {
            try ProduceResponse.partition(answer, into: &output)
        } catch {
            throw .reason("a produce response cannot be written: \(error)")
        }
        if code != .none, produce?.acks == 0 {
            // Nobody reads an answer, so the end of the connection has to say it, as in Kafka.
            throw .reason("a batch sent with acks 0 was refused: \(code.name)")
        }
        return position
    }
}
