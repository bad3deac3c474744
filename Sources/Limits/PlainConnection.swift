internal import CPlainLoops
internal import LinuxKernel

/// A client that only sends and receives: the same for the broker and for the plain servers, so that its cost is equal.
final class PlainConnection {
    private let descriptor: Int32
    /// Small enough to stay in a processor's second-level cache, as the load's own is: received bytes are not looked at.
    private let buffer = TouchedBuffer(byteCount: 256 << 10)

    /// - Parameter port: Of the loopback interface.
    init(port: UInt16) throws(SystemError) {
        descriptor = plain_connect(port)
        guard descriptor >= 0 else { throw SystemError(call: "connect", path: "port \(port)", code: -descriptor) }
    }

    deinit { plain_close(descriptor) }

    /// Sends the requests and takes their responses.
    ///
    /// - Parameter inFlight: How many requests may be ahead of the responses.
    /// - Returns: The bytes of the responses.
    @discardableResult
    func exchange(_ requests: Pieces, inFlight: Int) throws -> Int {
        unsafe try exchange(requests, inFlight: inFlight, latencies: nil)
    }

    /// The median of the nanoseconds that each of the exchanges takes, with one request in flight.
    func medianLatency(_ requests: Pieces) throws -> Int64 {
        var latencies = unsafe [Int64](repeating: 0, count: requests.all.count)
        try unsafe latencies.withUnsafeMutableBufferPointer { buffer in
            _ = unsafe try exchange(requests, inFlight: 1, latencies: buffer.baseAddress)
        }
        latencies.sort()
        return latencies[latencies.count / 2]
    }

    private func exchange(
        _ requests: Pieces, inFlight: Int, latencies: UnsafeMutablePointer<Int64>?
    ) throws -> Int {
        var received = 0
        let code = try Processors.asClient {
            unsafe plain_exchange(
                descriptor, requests.all, requests.all.count, inFlight, buffer.bytes.baseAddress, buffer.bytes.count,
                latencies, &received)
        }
        guard code == 0 else { throw SystemError(call: "an exchange of requests and responses", code: code) }
        return received
    }
}
