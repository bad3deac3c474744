internal import CPlainLoops
internal import LinuxKernel

/// A file as the plain loops have it: a descriptor that is closed at the end, and nothing else.
final class PlainFile {
    let path: String
    let descriptor: Int32

    init(_ path: String, direct: Bool = false) throws(SystemError) {
        let descriptor = unsafe plain_open(path, direct)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: path, code: -descriptor) }
        self.path = path
        self.descriptor = descriptor
    }

    /// A file for appends with O_DIRECT or O_DSYNC.
    init(_ path: String, direct: Bool, synchronous: Bool) throws(SystemError) {
        let descriptor = unsafe plain_open_for(path, direct, synchronous)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: path, code: -descriptor) }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { plain_close(descriptor) }

    /// Appends the pieces, `group` of them at a time where the way gathers any.
    func append(_ pieces: Pieces, _ way: plain_way, group: Int) throws(SystemError) {
        let length = pieces.byteCount
        try check(
            "an append", unsafe plain_append(descriptor, pieces.all, pieces.all.count, way, group, length))
    }

    func allocate(_ byteCount: Int) throws(SystemError) {
        try check("fallocate", plain_allocate(descriptor, byteCount))
    }

    func write(_ pieces: Pieces) throws(SystemError) {
        try check("pwrite", unsafe plain_write(descriptor, pieces.all, pieces.all.count))
    }

    func read(_ pieces: Pieces) throws(SystemError) {
        try check("pread", unsafe plain_read(descriptor, pieces.all, pieces.all.count))
    }

    func readByte(repetitions: Int) throws(SystemError) {
        try check("pread", plain_read_byte(descriptor, repetitions))
    }

    /// Reads the record batches of these bytes and checks their CRCs; how many bytes were valid.
    func checkBatches(_ range: Range<Int>, through buffer: TouchedBuffer) throws(SystemError) -> Int {
        var valid: off_t = 0
        try check(
            "pread",
            unsafe plain_check_batches(
                descriptor, buffer.bytes.baseAddress, buffer.bytes.count, range.lowerBound, range.upperBound, &valid))
        return valid - range.lowerBound
    }

    private func check(_ call: String, _ code: Int32) throws(SystemError) {
        guard code == 0 else { throw SystemError(call: call, path: path, code: code) }
    }
}

/// Bytes in memory and their places in a file, in the order in which they are moved.
@safe
final class Pieces {
    private(set) var all: [plain_piece] = unsafe []
    private(set) var byteCount = 0
    /// Keeps the memory.
    private let owner: AnyObject

    init(memoryOf owner: AnyObject) { self.owner = owner }

    func append(_ bytes: UnsafeMutableRawBufferPointer, at position: Int) {
        unsafe all.append(plain_piece(start: bytes.baseAddress, count: bytes.count, position: position))
        byteCount += bytes.count
    }

    subscript(index: Int) -> (bytes: UnsafeMutableRawBufferPointer, position: Int) {
        let piece = unsafe all[index]
        return unsafe (UnsafeMutableRawBufferPointer(start: piece.start, count: piece.count), piece.position)
    }
}
