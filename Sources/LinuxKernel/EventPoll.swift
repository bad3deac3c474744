internal import CLinux
internal import Glibc

/// An epoll instance: waits for many descriptors at once. One thread waits; any may add.
///
/// Connections are edge-triggered: each change is told once, so that a connection costs one `epoll_ctl` in its life.
/// Its owner remembers what it was told until a call says that it would block.
@safe
package struct EventPoll: ~Copyable, @unchecked Sendable {
    /// What a descriptor is ready for.
    package struct Readiness: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let input = Readiness(rawValue: 1)
        package static let output = Readiness(rawValue: 2)
        /// The peer sends nothing more, or the connection is broken.
        package static let ended = Readiness(rawValue: 4)
        /// There is an error, or something in the error queue: completions of sends without a copy.
        package static let failed = Readiness(rawValue: 8)
    }

    /// Events that one wait can bring.
    private static let capacity = 128

    private let descriptor: Int32
    private let tokens: UnsafeMutablePointer<UInt64>
    private let ready: UnsafeMutablePointer<UInt32>

    package init() throws(SystemError) {
        descriptor = try systemCall(.epollCreate, "epoll_create1") { sluice_epoll_create() }
        unsafe tokens = .allocate(capacity: Self.capacity)
        unsafe ready = .allocate(capacity: Self.capacity)
    }

    deinit {
        unsafe tokens.deallocate()
        unsafe ready.deallocate()
        CallCounters.count(.close)
        _ = Glibc.close(descriptor)
    }

    /// Watches a connection for input, output and its end; it leaves by being closed.
    package func add(_ socket: borrowing Socket, token: UInt64) throws(SystemError) {
        let number = socket.descriptor
        _ = try systemCall(.epollControl, "epoll_ctl") { sluice_epoll_add(descriptor, number, token) }
    }

    /// Watches a listener, level-triggered.
    package func add(_ listener: borrowing ListeningSocket, token: UInt64) throws(SystemError) {
        let number = listener.descriptor
        _ = try systemCall(.epollControl, "epoll_ctl") { sluice_epoll_add_input(descriptor, number, token) }
    }

    /// Watches a wake event, level-triggered: clear it after each wake.
    package func add(_ event: borrowing WakeEvent, token: UInt64) throws(SystemError) {
        let number = event.descriptor
        _ = try systemCall(.epollControl, "epoll_ctl") { sluice_epoll_add_input(descriptor, number, token) }
    }

    /// Watches a ring for completions, level-triggered: take them after each wake.
    package func add(_ ring: borrowing Ring, token: UInt64) throws(SystemError) {
        let number = ring.descriptor
        _ = try systemCall(.epollControl, "epoll_ctl") { sluice_epoll_add_input(descriptor, number, token) }
    }

    /// Watches a listener no more.
    package func remove(_ listener: borrowing ListeningSocket) throws(SystemError) {
        let number = listener.descriptor
        _ = try systemCall(.epollControl, "epoll_ctl") { sluice_epoll_remove(descriptor, number) }
    }

    /// Waits and returns how many events there are; read them with `event`.
    ///
    /// - Parameter milliseconds: The longest wait; 0 does not wait, -1 waits for ever.
    package func wait(milliseconds: Int32) throws(SystemError) -> Int {
        Int(
            try systemCall(.epollWait, "epoll_wait") {
                unsafe sluice_epoll_wait(descriptor, tokens, ready, Int32(Self.capacity), milliseconds)
            })
    }

    /// Waits as `wait(milliseconds:)` does, to the nanosecond as far as the timer goes (`epoll_pwait2`, Linux 5.11).
    package func wait(nanoseconds: Int64) throws(SystemError) -> Int {
        Int(
            try systemCall(.epollWait, "epoll_pwait2") {
                unsafe sluice_epoll_wait_exactly(descriptor, tokens, ready, Int32(Self.capacity), nanoseconds)
            })
    }

    /// An event of the last wait.
    package func event(_ index: Int) -> (token: UInt64, readiness: Readiness) {
        precondition(index >= 0 && index < Self.capacity)
        return unsafe (tokens[index], Readiness(rawValue: ready[index]))
    }
}
