internal import CPlainLoops
internal import LinuxKernel

/// Connections that have asked for the broker's versions, as clients do at first, or more, and then do nothing.
final class IdleConnections {
    /// Descriptors besides those of the connections' two ends.
    private static let spareDescriptors = 256

    private var descriptors: [Int32] = []

    /// - Parameter further: The requests behind the first one.
    init(_ count: Int, to port: UInt16, asking further: [KafkaFrame] = []) throws {
        let wanted = 2 * count + Self.spareDescriptors
        guard plain_allow_descriptors(wanted) == 0 else {
            throw LimitUnavailable(reason: "the process may not open \(wanted) descriptors (ulimit -n)")
        }
        let requests = KafkaRequests([try KafkaFrame.apiVersions()] + further, count: 1 + further.count)
        let buffer = TouchedBuffer(byteCount: 4096)
        descriptors.reserveCapacity(count)
        for _ in 0..<count {
            let descriptor = plain_connect(port)
            guard descriptor >= 0 else { throw SystemError(call: "connect", path: "port \(port)", code: -descriptor) }
            descriptors.append(descriptor)
            var received = 0
            let code = unsafe plain_exchange(
                descriptor, requests.pieces.all, requests.pieces.all.count, 1, buffer.bytes.baseAddress,
                buffer.bytes.count, nil, &received)
            guard code == 0 else { throw SystemError(call: "an exchange with port \(port)", code: code) }
        }
    }

    deinit { for descriptor in descriptors { plain_close(descriptor) } }
}
