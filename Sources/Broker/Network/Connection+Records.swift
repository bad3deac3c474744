internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel
internal import RecordFormat

/// Records that did not arrive at once.
enum RecordsBody {
    /// They go into the connection's own memory, and from there into the log when they are whole.
    case spill(SpillBuffer, Partition, index: Int32)
    /// The first of them are in memory, and the others are waited for where they are: in the kernel.
    case arriving(SpillBuffer, Partition, index: Int32, byteCount: Int)
    /// They are not wanted; the partition's answer says why, unless it is written already.
    case discard(left: Int, index: Int32, ErrorCode?)
}

extension Connection {
    /// Records above this size are received where they belong, not into the common buffer first.
    private static let bulkBytes = 32 * 1024
    /// Below this, asking whether everything has arrived costs more than copying what has.
    private static let probedBytes = 16 * 1024
    /// The same as `bulkBytes`, where a path wants no batch in memory that does not have to be.
    private static let leastMovedBytes = 1024
    /// What the kernel can be asked to hold of a batch until all of it has arrived: by default its receive buffers take
    /// 6 MiB (net.ipv4.tcp_rmem), of which overhead and what it keeps back for the next window leave about a quarter.
    private static let largestAwaitedBytes = 5 << 18

    /// Takes a partition's records: those that are present, and those that can be received at once.
    func takeRecords(
        _ index: Int32, _ byteCount: Int, present: UnsafeRawBufferPointer
    ) throws(ConnectionEnd) {
        let missing = byteCount - present.count
        isBulk = byteCount >= (reactor.appends.intake == .memory ? Self.bulkBytes : Self.leastMovedBytes)
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
        if reactor.appends.intake != .memory, isAwaitable(byteCount) {
            unsafe try awaitRest(partition, index, byteCount, present)
            return
        }
        if reactor.appends.intake == .socket {
            try answer(
                index, .messageTooLarge,
                message: "the append path takes batches of up to \(Self.largestAwaitedBytes) bytes, and half of "
                    + "socket.receive.buffer.bytes where that is set")
            body = .discard(left: missing, index: index, nil)
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
        guard let topic = produce!.topic else { return .failure(.unknownTopicOrPartition) }
        guard !topic.isInternal else { return .failure(.invalidTopicException) }
        let partition: Partition
        switch topic.partition(index) {
        case .success(let found): partition = found
        case .failure(let code): return .failure(code)
        }
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
        let path = reactor.appends.begin(with: partition)
        let room: UnsafeMutableRawBufferPointer
        do throws(LogError) {
            try partition.refuseWhenGone()
            unsafe room = unsafe try partition.log.reserve(byteCount, using: path)
        } catch {
            let code = reactor.appends.failed(partition, error)
            if byteCount > present.count {
                body = .discard(left: byteCount - present.count, index: index, code)
            } else {
                try answer(index, code)
            }
            return
        }
        if reactor.appends.intake == .room {
            unsafe FileMapping.store(present, into: room)
        } else {
            unsafe room.copyMemory(from: present)
        }
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
            if let code { try answer(index, code) }
        case .arriving(let head, let partition, let index, let byteCount):
            count = try takeArrived(head, partition, index, byteCount)
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
        let path = reactor.appends.begin(with: partition)
        do throws(LogError) {
            try partition.refuseWhenGone()
            unsafe try partition.log.lend(buffer.bytes, using: path)
        } catch {
            try answer(index, reactor.appends.failed(partition, error))
            return
        }
        unsafe try commit(buffer.bytes, to: partition, index, using: path)
        // The memory is this connection's and is used again.
        reactor.appends.settle()
    }

    func releaseSpill(_ buffer: SpillBuffer) {
        reactor.spills.put(buffer)
        if spilledBytes > 0 {
            accountedBytes -= spilledBytes
            node.releaseMemory(spilledBytes)
            spilledBytes = 0
        }
    }
}

// MARK: Where they are

extension Connection {
    /// Whether the kernel can hold all of the batch until it has arrived.
    private func isAwaitable(_ byteCount: Int) -> Bool {
        let fixed = node.configuration.receiveBufferBytes
        return byteCount <= Self.largestAwaitedBytes && (fixed == 0 || byteCount <= fixed / 2)
    }

    /// Has the kernel make the receive buffer large enough for a batch of that size. It must have much more room than
    /// that: it opens the window only for a whole segment more, and what is left of a segment takes all of its memory.
    private func makeAwaitable(_ byteCount: Int) throws(ConnectionEnd) {
        // In steps, so that it is seldom asked.
        awaitableBytes = 64 << 10
        while awaitableBytes < byteCount { awaitableBytes *= 2 }
        do throws(SystemError) {
            // A low water mark does that, for good; but as a mark it would keep smaller requests waiting.
            try socket.setReceiveLowWater(2 * awaitableBytes + (512 << 10))
            try socket.setReceiveLowWater(1)
        } catch {
            throw .system(error)
        }
    }

    /// Takes the batch as soon as the rest of it has arrived.
    private func awaitRest(
        _ partition: Partition, _ index: Int32, _ byteCount: Int, _ present: UnsafeRawBufferPointer
    ) throws(ConnectionEnd) {
        if byteCount > awaitableBytes { try makeAwaitable(byteCount) }
        let head = reactor.spills.take(max(present.count, RecordBatchHeader.byteCount))
        unsafe head.append(present)
        body = .arriving(head, partition, index: index, byteCount: byteCount)
        stalledSince = stalledSince ?? reactor.now
        let taken = try takeArrived(head, partition, index, byteCount)
        if taken > 0, body == nil { stalledSince = nil }
    }

    /// - Returns: How many bytes were taken from the socket; 0 when not all have arrived.
    private func takeArrived(
        _ head: SpillBuffer, _ partition: Partition, _ index: Int32, _ byteCount: Int
    ) throws(ConnectionEnd) -> Int {
        let missing = byteCount - head.count
        lastActivity = reactor.now
        guard try availableBytes() >= missing else {
            if hasEnded { throw .quiet }
            isReadable = false
            return 0
        }
        body = nil
        defer { reactor.spills.put(head) }
        if reactor.appends.intake == .room {
            unsafe try reserveAndFill(
                partition, index, byteCount,
                UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(head.bytes)[..<head.count]))
            return missing
        }
        while !head.isFull { head.grow(by: unsafe try receive(into: head.room)) }
        unsafe try move(head.bytes, byteCount, to: partition, index)
        return missing
    }

    /// Has the append path move the batch from the socket, or refuses it.
    private func move(
        _ head: UnsafeMutableRawBufferPointer, _ byteCount: Int, to partition: Partition, _ index: Int32
    ) throws(ConnectionEnd) {
        let path = reactor.appends.begin(with: partition)
        let rest = byteCount - head.count
        let admitted: BatchAdmission.Result
        do throws(BatchAdmission.Refusal) {
            admitted = unsafe try BatchAdmission.admit(
                head, of: byteCount, to: partition, now: WallClock.milliseconds())
        } catch {
            node.log.warn(.batchRefused, "\(peer): a batch for \(partition.name) was refused: \(error.message)")
            body = .discard(left: rest, index: index, nil)
            try answer(index, error.code, message: error.message)
            return
        }
        switch admitted {
        case .duplicate(let batch):
            body = .discard(left: rest, index: index, nil)
            try answerDuplicate(of: batch, partition, index)
        case .append(let header, _):
            let appended: AppendedBatch
            do throws(LogError) {
                try partition.refuseWhenGone()
                appended = unsafe try partition.log.move(head, byteCount: byteCount, from: socket, using: path)
            } catch {
                let code = reactor.appends.failed(partition, error)
                if case .system = error {
                    throw .reason("a batch for \(partition.name) was lost between socket and file: \(error)")
                }
                body = .discard(left: rest, index: index, nil)
                try answer(index, code, message: "\(error)")
                return
            }
            try answerTaken(appended, header, byteCount: byteCount, partition, index)
        case .recompress: preconditionFailure("what is not in memory is refused where it is to be compressed")
        }
    }
}
