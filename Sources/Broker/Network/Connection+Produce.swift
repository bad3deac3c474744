internal import KafkaProtocol

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

extension Connection {
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
        if produce!.topic == nil, node.configuration.autoCreateTopics, node.administration == nil,
            let text = name.validated
        {
            // Kafka's producers ask for metadata first, which makes the topic; others may not. (Of several nodes none
            // makes it here, since the others would have to be waited for.) Whoever makes topics may wait for the lock
            // of any partition, so this thread must not hold one.
            reactor.appends.settle()
            do throws(TopicCatalog.Refusal) {
                produce!.topic = try node.topics.findOrCreate(text)
            } catch {
                // The producer is told that there is no such topic; why it could not be made is the operator's to know.
                node.log.warn(.request, "topic '\(text)' was not made for a producer: \(error.message)")
            }
        }
    }

    private func finishProduce() {
        guard let finished = produce else { return }
        produce = nil
        requestBegan = nil
        if finished.isInTopic { output.endTopic() }
        ProduceResponse.end(into: &output)
        output.endFrame(finished.responseStart)
        if finished.acks == 0 {
            output.truncate(to: finished.responseStart)
        } else {
            commitOutput()
        }
    }
}
