internal import CommitLog
internal import LinuxKernel

/// Reads into registered buffers and sends from them, read and send linked one behind the other, so that up to 1 MiB
/// goes with one call. As for `read-write`, what the socket does not take is read again when it takes more.
@safe
final class UringFetchPath: FetchPath {
    private static let pieceByteCount = 256 << 10

    private var ring: Ring
    private let buffer: AlignedBuffer

    init(pieces: Int) throws(SystemError) {
        ring = try Ring(entries: 2 * pieces)
        buffer = AlignedBuffer(byteCount: pieces * Self.pieceByteCount)
        let bytes = unsafe buffer.bytes
        super.init()
        unsafe try ring.register(
            buffers: (0..<pieces).map {
                unsafe UnsafeMutableRawBufferPointer(
                    rebasing: bytes[$0 * Self.pieceByteCount..<($0 + 1) * Self.pieceByteCount])
            })
    }

    override func send(
        _ segment: Segment, at position: Int, byteCount: Int, to socket: borrowing Socket, more: Bool
    ) throws(SystemError) -> Int? {
        let pin = try segment.open()
        let wanted = unsafe min(byteCount, buffer.bytes.count)
        var pieces = 0
        var start = 0
        while start < wanted {
            let end = min(start + Self.pieceByteCount, wanted)
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[start..<end])
            let isLast = end == wanted
            var options: Ring.Options = [.noWait, .whole]
            if !isLast { options.insert(.linked) }
            if more || end < byteCount { options.insert(.more) }
            // A read that is short cancels its send, a send that is short cancels the next read:
            // nothing goes out of order.
            let hasPlace =
                unsafe ring.read(
                    into: room, buffer: pieces, from: Ring.Target(pin.file), at: position + start, .linked,
                    token: UInt64(2 * pieces))
                && ring.send(
                    UnsafeRawBufferPointer(room), to: Ring.Target(socket), options, token: UInt64(2 * pieces + 1))
            precondition(hasPlace, "the ring has room for all pieces")
            pieces += 1
            start = end
        }
        return try takeResults(of: pieces, firstByteCount: min(wanted, Self.pieceByteCount), path: segment.path)
    }

    /// Waits for all operations and adds up what was sent.
    private func takeResults(of pieces: Int, firstByteCount: Int, path: String) throws(SystemError) -> Int? {
        var sent = 0
        var wouldBlock = false
        var isShort = false
        var failure: SystemError?
        try ring.submit(waitingFor: 2 * pieces)
        for _ in 0..<2 * pieces {
            guard let completion = ring.nextCompletion() else { preconditionFailure("all of them were waited for") }
            let isSend = completion.token % 2 == 1
            if isSend, completion.result > 0 {
                sent += completion.result
            } else if !isSend, completion.token == 0, completion.result >= 0, completion.result < firstByteCount {
                isShort = true
            } else if let error = completion.error(call: isSend ? "send" : "read", path: isSend ? nil : path) {
                switch error.name {
                case "ECANCELED": break
                case "EAGAIN": wouldBlock = true
                default: failure = failure ?? error
                }
            }
        }
        if sent > 0 { return sent }
        if let failure { throw failure }
        if isShort { return 0 }
        precondition(wouldBlock, "something was sent, failed, or would have blocked")
        return nil
    }
}
