package import LinuxKernel

/// Where a broker will take connections, open before the broker is: its address can be told to others first, and
/// nobody else gets it meanwhile.
package final class BrokerPort: Sendable {
    let listener: Listener
    /// With the port that the kernel chose.
    package var address: SocketAddress { listener.address }

    /// Listens where the configuration says; connections wait.
    package init(_ configuration: BrokerConfiguration) throws(BrokerError) {
        let (host, port) = configuration.listener
        let wanted: SocketAddress
        do throws(SocketAddress.ResolutionError) {
            wanted = try SocketAddress(host: host, port: port)
        } catch {
            throw .address(error)
        }
        listener = try kernel { () throws(SystemError) in
            try Listener(at: wanted, congestionControl: configuration.congestionControl)
        }
    }
}
