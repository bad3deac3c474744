internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

/// Bytes of a log that belong into the output at a position of its buffer.
struct OutputSlice {
    let segment: Segment
    let pin: Segment.Pin
    /// In the segment's file.
    var position: Int
    var byteCount: Int
    /// Where in the buffer's bytes they belong.
    let outputPosition: Int
    /// Up to where the segment's bytes are for good.
    let limit: Int
    /// Where the batch lies, and nothing else is for good; nil where batches follow each other.
    let slot: Range<Int>?
}

/// A partition's answer to a produce request whose batch waits for a flush.
struct OutputHold {
    let ledger: FlushLedger
    let lastOffset: Int64
    /// Where in the output the partition's answer stands, and where the response begins.
    let position: Int
    let responseStart: Int
}

extension Connection {
    /// Room in the output above which an idle connection gives memory back.
    private static let keptOutputBytes = 4096
    /// What is looked up in the page cache, and read into it, at a time.
    private static let warmedBytes = 1 << 20

    /// Everything written so far is whole responses: send it at the end of the turn.
    func commitOutput() {
        committed = output.count
        reactor.handicap.answered()
        reactor.flushLater(self)
    }

    /// Writes a whole response.
    func respond(
        _ api: ApiKey, version: Int16, correlationId: Int32, _ response: some WireMessage
    ) throws(ConnectionEnd) {
        let frame = output.beginFrame()
        ResponseHeader.encode(api, version: version, correlationId: correlationId, into: &output)
        do throws(WireError) {
            try response.encode(into: &output, version: version)
        } catch {
            throw .reason("the response to \(api) version \(version) cannot be written: \(error)")
        }
        output.endFrame(frame)
        commitOutput()
    }

    /// Sends what the socket takes.
    ///
    /// - Returns: Whether everything was sent that may be.
    func flush() throws(ConnectionEnd) -> Bool {
        guard isWritable, !isWarming else { return isDrained }
        do throws(SystemError) {
            while try sendNext() {}
        } catch {
            throw .system(error)
        }
        guard isDrained else {
            if stalledSince == nil { stalledSince = lastActivity }
            return false
        }
        // A response that is being written or held behind the sent ones keeps its position.
        if output.count == sent {
            output.removeAll(keepingCapacity: Self.keptOutputBytes)
            (committed, sent) = (0, 0)
        }
        slices.removeAll(keepingCapacity: slices.capacity <= 64)
        nextSlice = 0
        return true
    }

    /// The end of what may be sent: whole responses that wait for no flush.
    private var sendable: Int { min(committed, holds.first?.responseStart ?? .max) }

    var isDrained: Bool { sent == sendable && nextSlice == slices.count }

    /// Whether every answer that was written was sent.
    var isAnswered: Bool { isDrained && sent == committed }

    /// One call; false when there is nothing more or the socket takes nothing more.
    private func sendNext() throws(SystemError) -> Bool {
        let slice = nextSlice < slices.count ? slices[nextSlice] : nil
        let count: Int?
        if let slice, slice.outputPosition == sent {
            let more = sent < sendable || nextSlice + 1 < slices.count
            if let reads = node.directReads {
                guard let block = try block(of: slice, reads) else { return false }
                count = try send(slice, from: block, more: more)
            } else {
                let byteCount = min(slice.byteCount, Self.warmedBytes)
                guard try isWarm(slice, byteCount) else { return false }
                count = try reactor.fetchPath.send(
                    slice.segment, at: slice.position, byteCount: byteCount, to: socket,
                    more: more || byteCount < slice.byteCount)
            }
            guard count != 0 else {
                // The file has become shorter than its batches; the announced length cannot be kept.
                throw SystemError.missingBytes("a fetch from \(slice.segment.path) at \(slice.position)")
            }
            if let count {
                warmBytes = max(0, warmBytes - count)
                slices[nextSlice].position += count
                slices[nextSlice].byteCount -= count
                if slices[nextSlice].byteCount == 0 {
                    nextSlice += 1
                    warmBytes = 0
                }
            }
        } else {
            let end = min(slice?.outputPosition ?? .max, sendable)
            guard sent < end else { return false }
            let from = sent
            count = unsafe try output.withUnsafeBytes { (bytes) throws(SystemError) in
                unsafe try socket.send(
                    UnsafeRawBufferPointer(rebasing: bytes[from..<end]), more: end == slice?.outputPosition)
            }
            sent += count ?? 0
        }
        guard count != nil else {
            isWritable = false
            return false
        }
        lastActivity = reactor.now
        stalledSince = nil
        return true
    }

    /// Whether a slice's next bytes can be sent without waiting for the disk; if not, they are asked for.
    private func isWarm(_ slice: OutputSlice, _ byteCount: Int) throws(SystemError) -> Bool {
        if warmBytes >= byteCount || node.coldReader == nil { return true }
        if try slice.segment.isCached(at: slice.position, byteCount: byteCount) {
            warmBytes = byteCount
            return true
        }
        isWarming = true
        warmBytes = byteCount
        submit(range(of: slice, byteCount), .warm)
        return false
    }

    // MARK: Around the page cache

    /// The block in which a slice goes on; nil when it is not there, and asked for.
    private func block(of slice: OutputSlice, _ reads: DirectReads) throws(SystemError) -> LogBlock? {
        if let block { return block }
        let range = range(of: slice, slice.byteCount)
        if let found = reads.find(range) {
            block = found
        } else if node.coldReader == nil {
            block = try reads.read(range)
        } else {
            isWarming = true
            submit(range, .load)
        }
        return block
    }

    private func send(_ slice: OutputSlice, from block: LogBlock, more: Bool) throws(SystemError) -> Int? {
        let end = slice.position + slice.byteCount
        let bytes = unsafe block.bytes(from: slice.position, to: end)
        guard unsafe !bytes.isEmpty else { return 0 }
        let count = unsafe try reactor.fetchPath.sendMemory(bytes, to: socket, more: more || block.end < end)
        // The memory may be the cache's; a connection holds it no longer than it sends from it.
        if let count, count == bytes.count { self.block = nil }
        return count
    }

    private func range(of slice: OutputSlice, _ byteCount: Int) -> DirectReads.Request {
        DirectReads.Request(
            segment: slice.segment, position: slice.position, end: slice.position + byteCount, limit: slice.limit,
            slot: slice.slot)
    }

    private func submit(_ range: DirectReads.Request, _ purpose: ColdReader.Request.Purpose) {
        node.coldReader?.submit(
            ColdReader.Request(
                range: range, purpose: purpose, reactor: reactor.number, slot: slot, generation: generation))
    }

    /// Lets go of the answers whose batches were flushed; those that cannot be any more become errors.
    ///
    /// - Returns: Why, if there is one that cannot.
    func releaseHolds() -> SystemError? {
        var failure: SystemError?
        holds.removeAll { hold in
            switch hold.ledger.outcome(of: hold.lastOffset) {
            case .waits: return false
            case .done: return true
            case .failed(let error):
                failProduced(at: hold.position, .kafkaStorageError)
                failure = error
                return true
            }
        }
        return failure
    }

    /// Turns the partition of a produce response that is not sent yet into an error, because its batch
    /// was lost after all.
    ///
    /// - Parameter position: Where in the output the partition stands: an index, an error code, a base offset.
    func failProduced(at position: Int, _ code: ErrorCode) {
        unsafe output.withUnsafeBytes { bytes in
            precondition(position >= sent && position + 14 <= bytes.count, "the response is not sent yet")
            let entry = unsafe UnsafeMutableRawBufferPointer(
                mutating: UnsafeRawBufferPointer(rebasing: bytes[position..<position + 14]))
            unsafe entry.storeBytes(of: code.rawValue.bigEndian, toByteOffset: 4, as: Int16.self)
            unsafe entry.storeBytes(of: Int64(-1), toByteOffset: 6, as: Int64.self)
        }
    }
}
