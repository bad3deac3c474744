package import LinuxKernel

/// How a batch's bytes get from memory into a segment: **reserve → fill → commit → settle**.
///
/// A path only moves bytes. The log decides where a batch goes, checks and patches it, counts offsets and keeps the
/// indexes. One instance serves one thread and any number of logs, so that its buffer stays hot in the cache; between
/// the first reservation and the next `settle` it serves one segment only.
///
/// 1. `reserve` hands out room for one batch (or `lend` takes the caller's own memory for it).
/// 2. The caller fills the room: a socket receives into it, an encoder writes into it. The log then
///    patches the header there.
/// 3. `commit` says that the bytes are final; `abandon` gives the room back instead.
/// 4. `settle` returns when all committed batches can be read from the file. Only then may they be acknowledged.
///
/// Strategies are classes rather than generic parameters so that adding one is a file and a line in
/// `AppendPathCatalog`; a batch costs two virtual calls, some nanoseconds beside a write of a microsecond at least.
///
/// To write another path, copy `NullAppendPath`.
@safe
package class AppendPath {
    init() {}

    /// Hands out room for one batch that will lie at `position` of the segment's log file.
    ///
    /// The room is valid until `settle` or `abandon`; its content is undefined.
    package func reserve(
        _ byteCount: Int, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        fatalError("an append path reserves")
    }

    /// Takes a batch that already is in the caller's memory, which must stay unchanged until `settle`.
    ///
    /// A path that can write from anywhere returns the same memory and so saves a copy; this one copies.
    package func lend(
        _ batch: UnsafeMutableRawBufferPointer, in segment: Segment, at position: Int
    ) throws(SystemError) -> UnsafeMutableRawBufferPointer {
        let room = try unsafe reserve(batch.count, in: segment, at: position)
        unsafe room.copyMemory(from: UnsafeRawBufferPointer(batch))
        return unsafe room
    }

    /// The reserved room holds a batch that may be written.
    package func commit() throws(SystemError) {
        fatalError("an append path commits")
    }

    /// The reserved room is not used after all.
    package func abandon() {
        fatalError("an append path abandons")
    }

    /// From where a path likes to get a batch that a socket brings.
    package enum Intake: Sendable {
        /// Room or lent memory, it costs the same.
        case memory
        /// The room is the file itself, so a batch is best received there, when all of it has arrived.
        case room
        /// The socket, when all of the batch has arrived: through `move`. Lent memory is written as it is.
        case socket
    }

    package var intake: Intake { .memory }

    /// Whether a committed batch lies in user memory, from where a cache of the process's own can take it. Where it
    /// lies in the file, it is in the page cache and needs no other.
    package var fillsCache: Bool { intake == .memory }

    /// Takes a batch of which only the beginning, with its header, is in memory; the rest is the next that
    /// the socket has, and has arrived. It is committed when this returns; when it throws, nobody knows how
    /// much was taken from the socket.
    package func move(
        _ head: UnsafeRawBufferPointer, from socket: borrowing Socket, byteCount: Int, to segment: Segment,
        at position: Int
    ) throws(SystemError) {
        fatalError("only a path whose intake is a socket moves")
    }

    /// How many bytes are best settled together, where there are that many.
    package var settleBytes: Int { 256 * 1024 }

    /// Whether what is settled would survive a crash of the machine, without a flush.
    package var isDurable: Bool { false }

    /// Returns when every committed batch can be read from the file.
    ///
    /// On an error none of the batches that were committed since the last `settle` counts; the path is
    /// ready for new ones.
    package func settle() throws(SystemError) {
        fatalError("an append path settles")
    }
}
