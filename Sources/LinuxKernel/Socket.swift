internal import CLinux
internal import Glibc

/// A non-blocking TCP connection; closing is its `deinit`.
///
/// Every method is one kernel call, counted. Where a blocking socket would wait, the result is nil. Errors carry no
/// address, because none is kept for each connection here; whoever reports one knows whose it is.
package struct Socket: ~Copyable, Sendable {
    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        CallCounters.count(.close)
        _ = Glibc.close(descriptor)
    }

    /// Begins to connect; it is done when the socket can be written, and `takeError` then says whether it failed.
    package static func connecting(to address: SocketAddress) throws(SystemError) -> Socket {
        var raw = address.raw
        let socket = Socket(descriptor: try systemCall(.socket, "socket") { unsafe sluice_socket(&raw) })
        let number = socket.descriptor
        do {
            _ = try systemCall(.connect, "connect", path: "\(address)") { unsafe sluice_connect(number, &raw) }
        } catch  where error.code == EINPROGRESS {}
        return socket
    }

    /// The number that identifies the socket in this process as long as it is open.
    package var number: Int { Int(descriptor) }

    /// The pending error, nil if there is none.
    package func takeError() -> SystemError? {
        CallCounters.count(.socketOption)
        let code = sluice_socket_error(descriptor)
        return code == 0 ? nil : SystemError(call: "connect", code: code)
    }

    /// Sends small packets at once instead of waiting for more (TCP_NODELAY).
    package func setNoDelay() throws(SystemError) {
        _ = try systemCall(.socketOption, "setsockopt") { sluice_set_no_delay(descriptor) }
    }

    /// Chooses how TCP finds its pace (TCP_CONGESTION). ENOENT when the kernel has no such algorithm, EPERM when
    /// it is not one for everybody.
    package func setCongestionControl(_ name: String) throws(SystemError) {
        _ = try systemCall(.socketOption, "setsockopt(TCP_CONGESTION)") {
            unsafe sluice_set_congestion_control(descriptor, name)
        }
    }

    /// Lets the socket become readable only when that many bytes have arrived, or its peer has ended (SO_RCVLOWAT).
    ///
    /// The kernel bounds it by half of the largest receive buffer (net.ipv4.tcp_rmem).
    package func setReceiveLowWater(_ byteCount: Int) throws(SystemError) {
        _ = try systemCall(.socketOption, "setsockopt") {
            sluice_set_receive_low_water(descriptor, Int32(clamping: byteCount))
        }
    }

    /// Fixes the kernel's buffers, in bytes, which it otherwise sizes by itself; 0 leaves one alone.
    package func setBufferSizes(send: Int, receive: Int) throws(SystemError) {
        _ = try systemCall(.socketOption, "setsockopt") {
            sluice_set_buffer_sizes(descriptor, Int32(clamping: send), Int32(clamping: receive))
        }
    }

    /// Bytes that can be received at once (FIONREAD).
    package func available() throws(SystemError) -> Int {
        Int(try systemCall(.socketOption, "ioctl(FIONREAD)") { sluice_available(descriptor) })
    }

    /// Tells the peer that nothing more is sent.
    package func shutdownSending() throws(SystemError) {
        _ = try systemCall(.shutdown, "shutdown") { Glibc.shutdown(descriptor, Int32(SHUT_WR)) }
    }

    // MARK: Data

    /// Receives what has arrived, as much as fits; 0 when the peer has ended.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
        try transfer(.recv, "recv") { unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    /// Sends as much as the kernel takes.
    ///
    /// - Parameter more: More follows at once, so a part of a packet may wait for it (MSG_MORE).
    package func send(_ bytes: UnsafeRawBufferPointer, more: Bool) throws(SystemError) -> Int? {
        try transfer(.send, "send") { unsafe sluice_send(descriptor, bytes.baseAddress, bytes.count, more ? 1 : 0) }
    }

    /// Sends from a file without copying to user memory; 0 when the file ends at the position.
    package func sendFile(_ file: borrowing File, at position: Int, byteCount: Int) throws(SystemError) -> Int? {
        let source = file.descriptor
        return try transfer(.sendfile, "sendfile") { sluice_sendfile(descriptor, source, position, byteCount) }
    }

    /// Sends from a mapped file: EFAULT then says that the file has become shorter, and not that this program is wrong.
    package func send(mapped bytes: UnsafeRawBufferPointer, more: Bool) throws(SystemError) -> Int? {
        try transfer(.send, "send", isMapped: true) {
            unsafe sluice_send(descriptor, bytes.baseAddress, bytes.count, more ? 1 : 0)
        }
    }

    func transfer(
        _ kind: CallKind, _ name: StaticString, isMapped: Bool = false, _ body: () -> Int
    ) throws(SystemError) -> Int? {
        while true {
            sluice_enter_kernel()
            let result = body()
            sluice_leave_kernel()
            if result >= 0 {
                CallCounters.count(kind, bytes: result)
                return result
            }
            let code = errno
            CallCounters.count(kind)
            if code == EAGAIN { return nil }
            if code == EINTR { continue }
            precondition(
                code != EBADF && (code != EFAULT || isMapped), "\(name): a closed descriptor or a wrong address")
            throw SystemError(call: "\(name)", code: code)
        }
    }
}
