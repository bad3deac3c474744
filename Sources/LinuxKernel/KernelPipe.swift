internal import CLinux
internal import Glibc

/// A pipe through which bytes move inside the kernel (splice); closing is its `deinit`. It belongs to one thread.
///
/// A move takes two calls, in and out; bytes are counted where they leave the pipe. It keeps count of what it holds.
/// Where an end would have to wait, the result is nil.
package final class KernelPipe {
    let input: Int32
    let output: Int32
    /// Bytes that there is room for. The kernel counts in pages: bytes that begin within a page take all of it.
    package let capacity: Int
    /// Bytes that went in and are not out.
    package private(set) var byteCount = 0

    /// - Parameter capacity: What the kernel rounds up to pages. EPERM above /proc/sys/fs/pipe-max-size for
    ///   those without CAP_SYS_RESOURCE.
    package init(capacity: Int) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        _ = try systemCall(.pipe, "pipe2") {
            unsafe ends.withUnsafeMutableBufferPointer { unsafe sluice_pipe_nonblocking($0.baseAddress) }
        }
        (output, input) = (ends[0], ends[1])
        do throws(SystemError) {
            let end = input
            self.capacity = Int(
                try systemCall(.pipe, "fcntl(F_SETPIPE_SZ)") { sluice_pipe_set_size(end, Int32(clamping: capacity)) })
        } catch {
            for end in ends { _ = close(end) }
            throw error
        }
    }

    deinit {
        for end in [input, output] {
            CallCounters.count(.close)
            _ = close(end)
        }
    }

    /// Moves bytes of a file in, as many as there is room for; 0 when the file ends at the position.
    package func fill(
        from file: borrowing File, at position: Int, byteCount: Int
    ) throws(SystemError) -> Int? {
        let (source, end) = (file.descriptor, input)
        let count = try Self.move(.spliceIn, file.path) { sluice_splice(source, position, end, -1, byteCount, 0) }
        self.byteCount += count ?? 0
        return count
    }

    /// Moves bytes that arrived on a socket in, as many as there is room for; 0 when the peer has ended.
    package func fill(from socket: borrowing Socket, byteCount: Int) throws(SystemError) -> Int? {
        let (source, end) = (socket.descriptor, input)
        let count = try Self.move(.spliceIn, nil) { sluice_splice(source, -1, end, -1, byteCount, 0) }
        self.byteCount += count ?? 0
        return count
    }

    /// Moves all that it holds out to a file, which is not open for appending. ENOSPC where it is full.
    package func drain(to file: borrowing File, at position: Int) throws(SystemError) {
        let (end, target) = (output, file.descriptor)
        var position = position
        while byteCount > 0 {
            let wanted = byteCount
            let count = try systemCall(.splice, "splice", path: file.path, reportsBytes: true) {
                sluice_splice(end, -1, target, position, wanted, 0)
            }
            position += count
            byteCount -= count
        }
    }

    /// Moves bytes out to a socket, as many as it takes.
    ///
    /// - Parameter more: More follows at once.
    package func drain(to socket: borrowing Socket, more: Bool) throws(SystemError) -> Int? {
        let (end, target, wanted) = (output, socket.descriptor, byteCount)
        let count = try Self.move(.splice, nil) { sluice_splice(end, -1, target, -1, wanted, more ? 1 : 0) }
        byteCount -= count ?? 0
        return count
    }

    /// Bytes went in by an operation of a ring.
    package func noteFilled(_ count: Int) { byteCount += count }

    /// Bytes went out by an operation of a ring.
    package func noteDrained(_ count: Int) { byteCount -= count }

    private static func move(
        _ kind: CallKind, _ path: @autoclosure () -> String?, _ body: () -> Int
    ) throws(SystemError) -> Int? {
        do throws(SystemError) {
            return try systemCall(kind, "splice", path: path(), reportsBytes: true, body)
        } catch {
            if error.code == EAGAIN { return nil }
            throw error
        }
    }
}
