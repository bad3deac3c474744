internal import KafkaProtocol
internal import RecordFormat

/// Judges a producer's batch where it lies in memory, before the log takes it, and changes what the topic says is to be
/// changed.
enum BatchAdmission {
    enum Result {
        /// Take it; the header as it is now, and what of it is still to be checked.
        case append(RecordBatchHeader, checked: Bool)
        /// It was taken before.
        case duplicate(ProducerTable.Batch)
        /// Take it compressed anew.
        case recompress(RecordBatchHeader)
    }

    /// Why a batch is not taken.
    struct Refusal: Error {
        let code: ErrorCode
        let message: String

        init(_ code: ErrorCode, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    /// - Parameters:
    ///   - bytes: What the producer sent for the partition; one batch, if it is right.
    ///   - byteCount: How many there are, where `bytes` are only the first of them; nil where they are all.
    ///   - now: Milliseconds since 1970, for topics with the broker's time.
    static func admit(
        _ bytes: UnsafeMutableRawBufferPointer, of byteCount: Int? = nil, to partition: Partition, now: Int64
    ) throws(Refusal) -> Result {
        let count = byteCount ?? bytes.count
        let whole = UnsafeRawBufferPointer(bytes)
        var header = try checked { () throws(RecordBatchError) in unsafe try RecordBatchHeader(parsing: whole) }
        guard header.totalByteCount == count else {
            if header.totalByteCount < count {
                throw Refusal(.invalidRecord, "more than one batch for a partition in a request")
            }
            throw Refusal(.corruptMessage, "the batch is cut off: \(header.totalByteCount) bytes, \(count) came")
        }
        guard header.isDense, header.recordCount > 0 else {
            throw Refusal(
                .invalidRecord, "\(header.recordCount) records over \(Int64(header.lastOffsetDelta) + 1) offsets")
        }
        guard !header.isControl else { throw Refusal(.invalidRecord, "clients cannot write control batches") }
        guard !header.isTransactional else {
            throw Refusal(.transactionalIdAuthorizationFailed, "this broker has no transactions")
        }
        switch partition.producers.verdict(on: header) {
        case .append: break
        case .duplicate(let batch): return .duplicate(batch)
        case .refuse(let code):
            throw Refusal(
                code, "producer \(header.producerId) epoch \(header.producerEpoch) sequence \(header.baseSequence)")
        }
        let configuration = partition.configuration
        let isAsWanted = configuration.codec.map { $0 == header.codec } ?? true
        guard !isAsWanted || configuration.timestampType == .logAppendTime else {
            return .append(header, checked: false)
        }
        guard byteCount == nil else {
            throw Refusal(
                .invalidConfig,
                "the append path never has the batch in memory, so the topic's compression.type or "
                    + "message.timestamp.type cannot be applied")
        }
        try checked { () throws(RecordBatchError) in unsafe try RecordBatch(parsing: whole).validate() }
        if configuration.timestampType == .logAppendTime {
            try checked { () throws(RecordBatchError) in
                unsafe try RecordBatchPatch.setMaxTimestamp(now, type: .logAppendTime, in: bytes)
            }
            header.maxTimestamp = now
        }
        return isAsWanted ? .append(header, checked: true) : .recompress(header)
    }

    private static func checked<Value>(_ body: () throws(RecordBatchError) -> Value) throws(Refusal) -> Value {
        do throws(RecordBatchError) {
            return try body()
        } catch {
            switch error.part {
            case .magic, .recordCount, .lastOffsetDelta: throw Refusal(.invalidRecord, "\(error)")
            case .codec: throw Refusal(.unsupportedCompressionType, "\(error)")
            default: throw Refusal(.corruptMessage, "\(error)")
            }
        }
    }
}
