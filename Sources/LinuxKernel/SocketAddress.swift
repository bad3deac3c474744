internal import CLinux

/// Where a socket listens or connects to: an IPv4 or IPv6 address and a port.
package struct SocketAddress: Sendable, CustomStringConvertible {
    /// A host that has no address.
    package struct ResolutionError: Error, Equatable, Sendable, CustomStringConvertible {
        package let host: String
        package let reason: String
        package var description: String { "host '\(host)' has no address: \(reason)" }
    }

    var raw: sluice_address

    init(_ raw: sluice_address) { self.raw = raw }

    /// Looks a host name or address up.
    ///
    /// - Parameters:
    ///   - host: For example `127.0.0.1`, `::1` or `localhost`.
    ///   - port: 0 lets the kernel choose one.
    package init(host: String, port: UInt16) throws(ResolutionError) {
        var address = sluice_address()
        let code = unsafe sluice_resolve(host, port, 1, &address)
        guard code == 0 else {
            throw ResolutionError(host: host, reason: unsafe String(cString: sluice_resolve_message(code)))
        }
        raw = address
    }

    /// The name of this machine, which may have no address.
    package static func hostName() throws(SystemError) -> String {
        var text = try TextFile.read("/proc/sys/kernel/hostname")
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    /// The address without the port, for example `127.0.0.1`.
    package var host: String { text.host }

    package var port: UInt16 { text.port }

    private var text: (host: String, port: UInt16) {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            var address = raw
            let port = unsafe sluice_address_text(&address, buffer.baseAddress!, UInt32(buffer.count))
            return (unsafe String(cString: buffer.baseAddress!), UInt16(truncatingIfNeeded: port))
        }
    }

    /// For example `127.0.0.1:9092` or `[::1]:9092`.
    package var description: String {
        let (host, port) = text
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
