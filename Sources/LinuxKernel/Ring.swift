internal import CLinux
internal import Glibc

/// An io_uring: operations are prepared in memory, handed over together with one call, and tell of their end in memory.
///
/// A ring belongs to one thread at a time. Memory, files and sockets of an operation must stay as they are until its
/// completion was taken; so whoever owns the ring waits for all of them before letting go of it. Operations of one
/// submission run in any order but for those that are linked.
///
/// `submit` is counted as `uringEnter`, what is registered as `uringRegister`, and each operation, with its bytes,
/// under its own kind when its completion is taken.
@safe
package struct Ring: ~Copyable, @unchecked Sendable {
    /// How an operation is prepared.
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The next operation waits for this one, and is cancelled (ECANCELED) when it fails or is short.
        package static let linked = Options(rawValue: UInt32(SLUICE_RING_LINK))
        /// More bytes follow on the socket (MSG_MORE).
        package static let more = Options(rawValue: UInt32(SLUICE_RING_MORE))
        /// An operation that would block fails with EAGAIN.
        package static let noWait = Options(rawValue: UInt32(SLUICE_RING_NO_WAIT))
        /// A send that takes less than it was given has failed for those that are linked behind it.
        package static let whole = Options(rawValue: UInt32(SLUICE_RING_WHOLE))
    }

    /// What an operation works on: a slot of the ring's table of files, or an open descriptor.
    package struct Target: Sendable {
        let number: Int32
        let isSlot: Bool

        package static func slot(_ number: Int) -> Target { Target(number: Int32(number), isSlot: true) }
        package init(_ file: borrowing File) { self.init(number: file.descriptor, isSlot: false) }
        package init(_ socket: borrowing Socket) { self.init(number: socket.descriptor, isSlot: false) }
        package init(inputOf pipe: KernelPipe) { self.init(number: pipe.input, isSlot: false) }
        package init(outputOf pipe: KernelPipe) { self.init(number: pipe.output, isSlot: false) }

        init(number: Int32, isSlot: Bool) {
            self.number = number
            self.isSlot = isSlot
        }
    }

    /// How an operation ended.
    package struct Completion: Sendable {
        /// What the operation was given; below 2^56.
        package let token: UInt64
        /// Bytes that moved, or the negative errno.
        package let result: Int
        /// Another completion of the same operation follows: of a zero-copy send, when its memory is free again.
        package let hasMore: Bool
        /// Tells of a zero-copy send's memory only, and whether the kernel copied it after all.
        package let isNotification: Bool
        package let wasCopied: Bool

        /// The failure; nil where there is none.
        package func error(call: String, path: String? = nil) -> SystemError? {
            result < 0 ? SystemError(call: call, path: path, code: Int32(-result)) : nil
        }
    }

    /// The kind of an operation lies in the upper bits of what the kernel hands back.
    private static let kindShift: UInt64 = 56

    private let ring: OpaquePointer
    /// Submitted operations whose last completion was not taken.
    package private(set) var inFlight = 0

    /// - Parameter entries: How many operations one submission can have, a power of two.
    /// - Throws: EPERM where io_uring is switched off (`/proc/sys/kernel/io_uring_disabled`) or a container forbids it.
    package init(entries: Int) throws(SystemError) {
        var code: Int32 = 0
        CallCounters.count(.uringSetup)
        guard let ring = unsafe sluice_ring_create(UInt32(entries), &code) else {
            throw SystemError(call: "io_uring_setup", code: code)
        }
        unsafe self.ring = ring
    }

    deinit {
        unsafe sluice_ring_destroy(ring)
        CallCounters.count(.close)
    }

    /// Why this machine has no ring, or none with zero-copy sends; nil when it has.
    package static func objection(withZerocopy: Bool = false) -> String? {
        do throws(SystemError) {
            _ = try Ring(entries: 2)
        } catch {
            return "\(error)"
        }
        if withZerocopy, !sluice_ring_has_send_zero_copy() { return "SEND_ZC needs Linux 6.0" }
        return nil
    }

    var descriptor: Int32 { unsafe sluice_ring_descriptor(ring) }

    // MARK: Registering

    /// Pins memory, which is then known as buffer 0 and so on. ENOMEM beyond the limit of locked memory.
    package func register(buffers: [UnsafeMutableRawBufferPointer]) throws(SystemError) {
        let vectors = unsafe buffers.map { unsafe iovec(iov_base: $0.baseAddress, iov_len: $0.count) }
        CallCounters.count(.uringRegister)
        try Self.check(
            unsafe vectors.withUnsafeBufferPointer {
                unsafe sluice_ring_register_buffers(ring, $0.baseAddress, UInt32($0.count))
            }, "io_uring_register(BUFFERS)")
    }

    /// Makes an empty table of files, whose slots are filled with `setFile`.
    package func registerFiles(_ count: Int) throws(SystemError) {
        CallCounters.count(.uringRegister)
        try Self.check(unsafe sluice_ring_register_files(ring, UInt32(count)), "io_uring_register(FILES)")
    }

    /// Puts a file into a slot. The ring holds the file open, whatever becomes of its owner, until the
    /// slot is used again.
    package func setFile(_ file: borrowing File, slot: Int) throws(SystemError) {
        try setDescriptor(file.descriptor, slot: slot)
    }

    package func setSocket(_ socket: borrowing Socket, slot: Int) throws(SystemError) {
        try setDescriptor(socket.descriptor, slot: slot)
    }

    package func clear(slot: Int) throws(SystemError) {
        try setDescriptor(-1, slot: slot)
    }

    private func setDescriptor(_ descriptor: Int32, slot: Int) throws(SystemError) {
        CallCounters.count(.uringRegister)
        try Self.check(
            unsafe sluice_ring_set_file(ring, UInt32(slot), descriptor), "io_uring_register(FILES_UPDATE)")
    }

    // MARK: Preparing

    // Each prepares one operation, and is false when the ring has no place for it before the next `submit`. `buffer` is
    // the number of the registered buffer in which the bytes lie, if they do.

    /// - Parameter direct: Whether the file was opened with O_DIRECT, for the counters.
    package func write(
        _ bytes: UnsafeRawBufferPointer, buffer: Int? = nil, to file: Target, at position: Int, direct: Bool = false,
        _ options: Options = [], token: UInt64
    ) -> Bool {
        unsafe sluice_ring_write(
            ring, file.number, bytes.baseAddress, bytes.count, Int64(position), Int32(buffer ?? -1), how(options, file),
            tagged(token, direct ? .uringWriteDirect : .uringWrite))
    }

    package func read(
        into room: UnsafeMutableRawBufferPointer, buffer: Int? = nil, from file: Target, at position: Int,
        direct: Bool = false, _ options: Options = [], token: UInt64
    ) -> Bool {
        unsafe sluice_ring_read(
            ring, file.number, room.baseAddress, room.count, Int64(position), Int32(buffer ?? -1), how(options, file),
            tagged(token, direct ? .uringReadDirect : .uringRead))
    }

    /// fsync, or fdatasync where only the data has to be durable. Linked behind writes, it covers them.
    package func sync(_ file: Target, dataOnly: Bool, _ options: Options = [], token: UInt64) -> Bool {
        unsafe sluice_ring_sync(ring, file.number, dataOnly, how(options, file), tagged(token, .uringSync))
    }

    package func send(
        _ bytes: UnsafeRawBufferPointer, to socket: Target, _ options: Options = [], token: UInt64
    ) -> Bool {
        unsafe sluice_ring_send(
            ring, socket.number, bytes.baseAddress, bytes.count, how(options, socket), tagged(token, .uringSend))
    }

    /// Has two completions: what was sent, and when the memory is free again, with whether it was copied after all.
    package func sendZerocopy(
        _ bytes: UnsafeRawBufferPointer, buffer: Int? = nil, to socket: Target, _ options: Options = [], token: UInt64
    ) -> Bool {
        unsafe sluice_ring_send_zero_copy(
            ring, socket.number, bytes.baseAddress, bytes.count, Int32(buffer ?? -1), how(options, socket),
            tagged(token, .uringSendZerocopy))
    }

    /// Moves bytes between a pipe and something else; the position is nil for pipes and sockets.
    ///
    /// - Parameter leavesPipe: Whether the pipe is the input, which is where its bytes count.
    package func splice(
        from input: Target, at inputPosition: Int?, to output: Target, at outputPosition: Int?, byteCount: Int,
        leavesPipe: Bool, _ options: Options = [], token: UInt64
    ) -> Bool {
        let how = how(options, output) | (input.isSlot ? UInt32(SLUICE_RING_FIXED_INPUT) : 0)
        return unsafe sluice_ring_splice(
            ring, input.number, Int64(inputPosition ?? -1), output.number, Int64(outputPosition ?? -1), byteCount, how,
            tagged(token, leavesPipe ? .uringSplice : .uringSpliceIn))
    }

    private func how(_ options: Options, _ target: Target) -> UInt32 {
        options.rawValue | (target.isSlot ? UInt32(SLUICE_RING_FIXED_FILE) : 0)
    }

    private func tagged(_ token: UInt64, _ kind: CallKind) -> UInt64 {
        precondition(token >> Self.kindShift == 0, "a token has 56 bits")
        return token | UInt64(kind.rawValue) << Self.kindShift
    }

    // MARK: Running

    /// Hands over what is prepared and waits until so many completions can be taken: one call, or none when there is
    /// neither anything to hand over nor to wait for.
    ///
    /// - Returns: How many operations were handed over.
    @discardableResult
    package mutating func submit(waitingFor count: Int = 0) throws(SystemError) -> Int {
        while true {
            let isThere = unsafe Int(sluice_ring_ready(ring)) >= count
            if isThere, unsafe sluice_ring_prepared(ring) == 0 { return 0 }
            CallCounters.count(.uringEnter)
            sluice_enter_kernel()
            let code = unsafe sluice_ring_submit(ring, isThere ? 0 : UInt32(count))
            sluice_leave_kernel()
            if code >= 0 {
                inFlight += Int(code)
                return Int(code)
            }
            if code == -EINTR { continue }
            throw SystemError(call: "io_uring_enter", code: -code)
        }
    }

    /// Takes the next completion, without a call; nil when there is none yet.
    package mutating func nextCompletion() -> Completion? {
        var found = sluice_completion()
        guard unsafe sluice_ring_next(ring, &found) else { return nil }
        if !found.has_more { inFlight -= 1 }
        guard let kind = CallKind(rawValue: Int(found.token >> Self.kindShift)) else {
            preconditionFailure("the kernel hands back what it was given")
        }
        if !found.is_notification { CallCounters.count(kind, bytes: max(0, Int(found.result))) }
        // IORING_NOTIF_USAGE_ZC_COPIED, in the sign bit.
        let wasCopied = found.is_notification && found.result < 0
        return Completion(
            token: found.token & (1 << Self.kindShift - 1), result: found.is_notification ? 0 : Int(found.result),
            hasMore: found.has_more, isNotification: found.is_notification, wasCopied: wasCopied)
    }

    private static func check(_ code: Int32, _ call: String) throws(SystemError) {
        if code < 0 { throw SystemError(call: call, code: -code) }
    }
}
