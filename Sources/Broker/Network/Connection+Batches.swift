internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel
internal import RecordFormat

extension Connection {
    /// Checks the batch in the reserved room and takes or refuses it.
    func commit(
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
            try answerDuplicate(of: batch, partition, index)
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
                try answer(index, reactor.appends.failed(partition, error), message: "\(error)")
                return
            }
            try take(header, isChecked: true, byteCount: batch.count, to: partition, index, using: path)
            // The recompressor's memory is used again.
            reactor.appends.settle()
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
            try answer(index, reactor.appends.failed(partition, error), message: "\(error)")
            return
        }
        try answerTaken(appended, header, byteCount: byteCount, partition, index)
    }

    /// The log has the batch.
    func answerTaken(
        _ appended: AppendedBatch, _ header: RecordBatchHeader, byteCount: Int, _ partition: Partition, _ index: Int32
    ) throws(ConnectionEnd) {
        if header.producerId >= 0 {
            partition.producers.note(header, baseOffset: appended.baseOffset, now: WallClock.milliseconds())
        }
        noteAppend(
            at: try answer(index, .none, baseOffset: appended.baseOffset, partition, header),
            lastOffset: appended.lastOffset, byteCount: byteCount)
    }

    /// The log had the batch before.
    func answerDuplicate(
        of batch: ProducerTable.Batch, _ partition: Partition, _ index: Int32
    ) throws(ConnectionEnd) {
        // The batch itself may not be settled or flushed yet; its fate is this answer's too.
        noteAppend(
            at: try answer(index, .none, baseOffset: batch.baseOffset, partition), lastOffset: batch.lastOffset,
            byteCount: 0)
    }

    private func noteAppend(at position: Int, lastOffset: Int64, byteCount: Int) {
        guard let produce else { preconditionFailure("batches come with produce requests") }
        reactor.appends.note(
            .init(
                connection: self, position: produce.acks == 0 ? nil : position, responseStart: produce.responseStart,
                lastOffset: lastOffset),
            byteCount: byteCount)
    }

    /// Writes the answer for a partition.
    ///
    /// - Returns: Where it stands in the output.
    @discardableResult
    func answer(
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
