internal import CPlainLoops
internal import LinuxKernel

/// Which CPUs the two ends of a connection use: the client the first one, servers the others.
///
/// The scheduler would put them on one CPU or on two, as it happens, and leave a long-lived thread where it is;
/// loopback is twice as fast in one case as in the other.
enum Processors {
    /// Runs the client's part on the client's CPU.
    static func asClient<Value>(_ body: () throws -> Value) throws -> Value { try restricted(toFirst: true, body) }

    /// Starts a server: its threads inherit the CPUs.
    static func asServer<Value>(_ body: () throws -> Value) throws -> Value { try restricted(toFirst: false, body) }

    private static func restricted<Value>(toFirst: Bool, _ body: () throws -> Value) throws -> Value {
        try check(plain_restrict_processors(toFirst))
        let result = Result { try body() }
        try check(plain_restore_processors())
        return try result.get()
    }

    private static func check(_ code: Int32) throws(SystemError) {
        guard code == 0 else { throw SystemError(call: "sched_setaffinity", code: code) }
    }
}
