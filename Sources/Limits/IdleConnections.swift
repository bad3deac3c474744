internal import CPlainLoops
internal import LinuxKernel

/// Connections that have asked for the broker's versions, as clients do at first, and then do nothing.
final class IdleConnections {
    /// Descriptors besides those of the connections' two ends.
    private static let spareDescriptors = 256

    private var descriptors: [Int32] = []

    init(_ count: Int, to port: UInt16) throws {
        let wanted = 2 * count + Self.spareDescriptors
        guard plain_allow_descriptors(wanted) == 0 else {
            throw LimitUnavailable(reason: "the process may not open \(wanted) descriptors (ulimit -n)")
        }
        let request = KafkaRequests([try KafkaFrame.apiVersions()], count: 1)
        let buffer = TouchedBuffer(byteCount: 4096)
        descriptors.reserveCapacity(count)
        for _ in 0..<count {
            let descriptor = plain_connect(port)
            guard descriptor >= 0 else { throw SystemError(call: "connect", path: "port \(port)", code: -descriptor) }
            descriptors.append(descriptor)
            var received = 0
            let code = unsafe plain_exchange(
                descriptor, request.pieces.all, 1, 1, buffer.bytes.baseAddress, buffer.bytes.count, nil, &received)
            guard code == 0 else { throw SystemError(call: "an exchange with port \(port)", code: code) }
        }
    }

    deinit { for descriptor in descriptors { plain_close(descriptor) } }
}
