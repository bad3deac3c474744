internal import LinuxKernel

/// Why a connection is closed.
enum ConnectionEnd: Error {
    /// The client has gone, or the broker stops.
    case quiet
    /// The client did what the protocol does not allow, or nothing at all for too long; said in the log.
    case reason(String)
    /// The kernel says that the connection is broken.
    case system(SystemError)
}
