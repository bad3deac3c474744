internal import KafkaProtocol
internal import LinuxKernel

extension Connection {
    /// Bytes that one turn may take before others have theirs.
    private static let turnBytes = 1 << 20
    /// What is received at first when large batches follow: room for any usual produce header.
    private static let bulkPrefixBytes = 512
    /// Memory that a connection has without being accounted for it.
    private static let freeBytes = 16 * 1024
    /// The length of a frame.
    private static let lengthBytes = 4

    /// Takes what has arrived, and the requests that are whole.
    func turn() throws(ConnectionEnd) {
        if !unparsed.isEmpty, takesRequests { try takeUnparsed() }
        var left = Self.turnBytes
        while isReadable, !isClosed, !isStarved, body != nil || takesRequests {
            guard left > 0 else {
                reactor.queue(self)
                return
            }
            left -= body != nil ? try receiveBody() : try receiveRequests()
        }
    }

    /// One receive into the reactor's buffer or behind what is unparsed, and the requests that became whole by it.
    private func receiveRequests() throws(ConnectionEnd) -> Int {
        guard unparsed.isEmpty else { return try receiveUnparsed() }
        let all = unsafe reactor.receiveBuffer.bytes
        let room = unsafe UnsafeMutableRawBufferPointer(
            rebasing: all[..<(isBulk ? Self.bulkPrefixBytes : all.count)])
        let count = unsafe try receive(into: room)
        guard count > 0 else { return 0 }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: room[..<count])
        let taken = unsafe try take(from: bytes)
        if taken < count {
            unsafe unparsed.append(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
            try account()
        }
        return count
    }

    private func receiveUnparsed() throws(ConnectionEnd) -> Int {
        let wanted = min(max(missingBytes, 512), max(unparsed.capacity, 4096))
        let room = unsafe unparsed.room(wanted)
        guard try account() else { return 0 }
        let count = unsafe try receive(into: room)
        guard count > 0 else { return 0 }
        unparsed.grow(by: count)
        try takeUnparsed()
        return count
    }

    private func takeUnparsed() throws(ConnectionEnd) {
        let taken = unsafe try take(from: unparsed.bytes)
        unparsed.removeFirst(taken)
        if unparsed.isEmpty, unparsed.capacity > 4096 || accountedBytes > 0 { unparsed.release() }
        try account()
    }

    /// Bytes of the first unparsed request that have not arrived, as far as that is known.
    private var missingBytes: Int {
        guard produce == nil, unparsed.count >= Self.lengthBytes else { return 0 }
        return unsafe Self.lengthBytes + frameLength(unparsed.bytes) - unparsed.count
    }

    private func frameLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        Int(Int32(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 0, as: Int32.self)))
    }

    /// Accounts for the memory of what is unparsed; false when the connection has to wait for some.
    @discardableResult
    private func account() throws(ConnectionEnd) -> Bool {
        let wanted = spilledBytes + (unparsed.capacity > Self.freeBytes ? unparsed.capacity : 0)
        if wanted < accountedBytes {
            node.releaseMemory(accountedBytes - wanted)
            accountedBytes = wanted
        } else if wanted > accountedBytes {
            guard node.acquireMemory(wanted - accountedBytes, for: self) else { return false }
            accountedBytes = wanted
        }
        return true
    }

    /// Receives once and keeps what the result says about readiness; 0 when nothing has arrived.
    func receive(into room: UnsafeMutableRawBufferPointer) throws(ConnectionEnd) -> Int {
        let received: Int?
        do throws(SystemError) {
            received = unsafe try socket.receive(into: room)
        } catch {
            throw .system(error)
        }
        guard let count = received else {
            isReadable = false
            return 0
        }
        if count == 0 { throw .quiet }
        // Less than asked for is all there was; epoll tells when there is more.
        if count < room.count { isReadable = hasEnded }
        lastActivity = reactor.now
        return count
    }

    // MARK: Frames

    /// Takes as many requests as there are whole, and begins the produce request that is not.
    ///
    /// - Returns: How many of the bytes are done with.
    private func take(from bytes: UnsafeRawBufferPointer) throws(ConnectionEnd) -> Int {
        var position = 0
        while takesRequests, body == nil {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[position...])
            if produce != nil {
                position += unsafe try continueProduce(rest)
                if produce != nil { break }
                continue
            }
            let taken = unsafe try takeRequest(rest)
            if taken == 0 { break }
            position += taken
            // What follows is another request, or a produce request that begins only now.
            requestBegan = nil
        }
        noteProgress(isWaitingForInput: produce != nil || position < bytes.count)
        return position
    }

    /// A request that has begun to arrive has to arrive.
    private func noteProgress(isWaitingForInput: Bool) {
        requestBegan = isWaitingForInput && wait == nil ? requestBegan ?? reactor.now : nil
        guard isDrained else { return }
        if !isWaitingForInput || wait != nil {
            stalledSince = nil
        } else if stalledSince == nil {
            stalledSince = reactor.now
        }
    }

    private func takeRequest(_ bytes: UnsafeRawBufferPointer) throws(ConnectionEnd) -> Int {
        guard bytes.count >= Self.lengthBytes else { return 0 }
        let length = unsafe frameLength(bytes)
        guard length >= 8, length <= node.configuration.largestRequestBytes else {
            throw .reason(
                "a request of \(length) bytes: at least 8 and at most socket.request.max.bytes "
                    + "\(node.configuration.largestRequestBytes) are allowed")
        }
        let end = Self.lengthBytes + length
        let frame = unsafe UnsafeRawBufferPointer(rebasing: bytes[Self.lengthBytes..<min(end, bytes.count)])
        var reader = unsafe WireReader(frame, stillToCome: length - frame.count)
        let header: RequestHeader
        do throws(WireError) {
            header = try RequestHeader.decode(from: &reader)
        } catch {
            if case .incomplete = error.reason { return 0 }
            throw .reason("a request header that is not what the protocol says: \(error)")
        }
        if header.api == .produce, header.isServed {
            try beginProduce(header, bodyLength: length - reader.offset)
            return Self.lengthBytes + reader.offset
        }
        guard bytes.count >= end else { return 0 }
        try dispatch(header, &reader)
        // A fetch that waits stays where it is and is taken again.
        if case .fetch = wait { return 0 }
        return end
    }
}

extension Connection {
    /// Whether nothing of a request has arrived.
    var isBetweenRequests: Bool { produce == nil && body == nil && unparsed.isEmpty }

    /// Gives back the memory that requests took; the connection is closed.
    func releaseInput() {
        if case .spill(let buffer, _, _) = body { reactor.spills.put(buffer) }
        body = nil
        guard accountedBytes > 0 else { return }
        node.releaseMemory(accountedBytes)
        (accountedBytes, spilledBytes) = (0, 0)
    }
}
