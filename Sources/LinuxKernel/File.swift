internal import CLinux
internal import Glibc

/// An open file; closing is its `deinit`.
///
/// Every method is one kernel call unless it says otherwise, is counted, and throws a `SystemError` that names the
/// path. Positions and lengths are bytes.
package struct File: ~Copyable, Sendable {
    /// How a file is opened.
    package enum Access: Sendable {
        case readOnly
        case readWrite
        case writeOnly
        /// Reads and writes; made when it does not exist.
        case create
        /// Reads and writes; must not exist before.
        case createNew
        /// Reads and writes; made when it does not exist, emptied when it does.
        case replace
    }

    /// What the writes of a file mean.
    package struct Options: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// O_DIRECT: buffers, positions and lengths must be aligned as `directAlignment()` says.
        package static let direct = Options(rawValue: 1)
        /// O_DSYNC: a write returns when its data is durable.
        package static let dataSynchronous = Options(rawValue: 2)
    }

    package let path: String
    package let options: Options
    let descriptor: Int32

    /// Opens a file; the parent directory must exist. New files get mode 0640 less the umask: records are nobody's
    /// business but the owner's and the group's.
    package init(_ path: String, _ access: Access, options: Options = []) throws(SystemError) {
        var flags: Int32
        switch access {
        case .readOnly: flags = O_RDONLY
        case .readWrite: flags = O_RDWR
        case .writeOnly: flags = O_WRONLY
        case .create: flags = O_RDWR | O_CREAT
        case .createNew: flags = O_RDWR | O_CREAT | O_EXCL
        case .replace: flags = O_RDWR | O_CREAT | O_TRUNC
        }
        if options.contains(.direct) { flags |= sluice_o_direct }
        if options.contains(.dataSynchronous) { flags |= sluice_o_dsync }
        descriptor = try systemCall(.open, "open", path: path) { unsafe sluice_open(path, flags, 0o640) }
        self.path = path
        self.options = options
    }

    /// Opens an open file once more, with a descriptor and options of its own, whether or not its name is still there.
    package init(reopening file: borrowing File, options: Options) throws(SystemError) {
        let own = "/proc/self/fd/\(file.descriptor)"
        var flags = O_RDONLY
        if options.contains(.direct) { flags |= sluice_o_direct }
        let path = file.path
        descriptor = try systemCall(.open, "open", path: path) { unsafe sluice_open(own, flags, 0) }
        self.path = path
        self.options = options
    }

    deinit {
        CallCounters.count(.close)
        // Errors of close carry nothing that fdatasync would not have said, and there is nobody left to tell.
        _ = Glibc.close(descriptor)
    }

    // MARK: Data

    /// Writes at a position and returns how many bytes the kernel took, which can be fewer than asked.
    package func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(SystemError) -> Int {
        try systemCall(
            options.contains(.direct) ? .pwriteDirect : .pwrite, "pwrite", path: path, reportsBytes: true
        ) { unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, position) }
    }

    /// Writes all bytes; one call but for the kernel's rare short writes.
    ///
    /// A full disk throws ENOSPC; what was written until then stays in the file.
    package func writeAll(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            written += unsafe try write(rest, at: position + written)
        }
    }

    /// Writes all bytes of a span; see the other form.
    package func writeAll(_ bytes: RawSpan, at position: Int) throws(SystemError) {
        var failure: SystemError?
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(SystemError) {
                unsafe try writeAll(buffer, at: position)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Pieces of memory that are written with one call; they must stay until then.
    @safe
    package struct Pieces {
        fileprivate var vectors: [iovec] = unsafe []
        package private(set) var byteCount = 0

        /// What one call takes (IOV_MAX).
        package static let limit = 1024

        package init() { unsafe vectors.reserveCapacity(64) }

        package var count: Int { unsafe vectors.count }

        /// Adds a piece; one that follows the last one in memory makes that longer.
        package mutating func append(_ bytes: UnsafeRawBufferPointer) {
            byteCount += bytes.count
            if let last = unsafe vectors.last, let start = unsafe last.iov_base,
                unsafe start + last.iov_len == bytes.baseAddress.map({ unsafe UnsafeMutableRawPointer(mutating: $0) })
            {
                unsafe vectors[vectors.count - 1].iov_len += bytes.count
                return
            }
            unsafe vectors.append(
                iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count))
        }

        package mutating func removeAll() {
            unsafe vectors.removeAll(keepingCapacity: true)
            byteCount = 0
        }

        /// Takes bytes off the front, after a short write.
        fileprivate mutating func removeFirst(_ count: Int) {
            var left = count
            byteCount -= count
            while let first = unsafe vectors.first, left > 0 {
                if unsafe left < first.iov_len {
                    unsafe vectors[0].iov_base = first.iov_base.map { unsafe $0 + left }
                    unsafe vectors[0].iov_len -= left
                    return
                }
                left -= unsafe first.iov_len
                unsafe vectors.removeFirst()
            }
        }
    }

    /// Writes all pieces one behind the other and empties them: one call but for the kernel's rare short writes.
    ///
    /// - Parameter uncached: Starts the write-back at once and then drops the pages (RWF_DONTCACHE, Linux 6.14);
    ///   EOPNOTSUPP where the file system does not know it.
    package func writeAll(
        _ pieces: inout Pieces, at position: Int, uncached: Bool = false
    ) throws(SystemError) {
        var written = 0
        defer { pieces.removeAll() }
        let flags = uncached ? sluice_rwf_dontcache : 0
        while pieces.byteCount > 0 {
            let count = try systemCall(
                options.contains(.direct) ? .pwriteDirect : .pwritev, "pwritev2", path: path, reportsBytes: true
            ) {
                unsafe pieces.vectors.withUnsafeBufferPointer {
                    unsafe sluice_pwritev2(descriptor, $0.baseAddress, Int32($0.count), position + written, flags)
                }
            }
            written += count
            if count == pieces.byteCount { return }
            pieces.removeFirst(count)
        }
    }

    /// Reads at a position into `buffer`; 0 at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemError) -> Int {
        try systemCall(
            options.contains(.direct) ? .preadDirect : .pread, "pread", path: path, reportsBytes: true
        ) { unsafe pread(descriptor, buffer.baseAddress, buffer.count, position) }
    }

    /// Reads like `read`, but only to bring the pages into the page cache, and is counted apart.
    package func warm(through buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemError) -> Int {
        try systemCall(.warmingRead, "pread", path: path, reportsBytes: true) {
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, position)
        }
    }

    /// Reads until `buffer` is full or the file ends, and returns how many bytes there were.
    package func readAll(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe try read(into: rest, at: position + done)
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Reads from the start into an array until it is full or the file ends, and returns how many bytes there were.
    package func readAll(into bytes: inout [UInt8]) throws(SystemError) -> Int {
        var result: Result<Int, SystemError> = .success(0)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            do throws(SystemError) {
                result = .success(unsafe try readAll(into: buffer, at: 0))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    // MARK: Length and allocation

    /// The length of the file at a path, which need not be open.
    package static func length(of path: String) throws(SystemError) -> Int {
        var status = stat()
        _ = try systemCall(.stat, "stat", path: path) { unsafe stat(path, &status) }
        return Int(status.st_size)
    }

    /// The file's length and the bytes that it takes on disk, which differ for holes and preallocated files.
    package func size() throws(SystemError) -> (length: Int, allocated: Int) {
        var status = stat()
        _ = try systemCall(.stat, "fstat", path: path) { unsafe fstat(descriptor, &status) }
        return (Int(status.st_size), Int(status.st_blocks) * 512)
    }

    /// Sets the length; new bytes are a hole.
    package func truncate(to length: Int) throws(SystemError) {
        _ = try systemCall(.truncate, "ftruncate", path: path) { ftruncate(descriptor, length) }
    }

    /// Allocates blocks for a range and makes the file at least that long, unless it is to keep its length.
    package func allocate(at position: Int, byteCount: Int, keepingLength: Bool = false) throws(SystemError) {
        let keepSize: Int32 = 1
        _ = try systemCall(.fallocate, "fallocate", path: path) {
            sluice_fallocate(descriptor, keepingLength ? keepSize : 0, position, byteCount)
        }
    }

    /// Gives a range's blocks back; it reads as zeros and the length stays.
    package func punchHole(at position: Int, byteCount: Int) throws(SystemError) {
        let keepSize: Int32 = 1
        let punchHole: Int32 = 2
        _ = try systemCall(.fallocate, "fallocate(PUNCH_HOLE)", path: path) {
            sluice_fallocate(descriptor, keepSize | punchHole, position, byteCount)
        }
    }

    // MARK: Durability

    /// Makes data and metadata durable.
    package func sync() throws(SystemError) {
        _ = try systemCall(.fsync, "fsync", path: path) { fsync(descriptor) }
    }

    /// Makes data durable, and the metadata that is needed to read it back.
    package func dataSync() throws(SystemError) {
        _ = try systemCall(.fdatasync, "fdatasync", path: path) { fdatasync(descriptor) }
    }

    /// Starts writing a range's dirty pages back and waits for them (sync_file_range).
    ///
    /// This is *not* durability: neither metadata nor the device's own cache is flushed.
    package func writeBack(at position: Int, byteCount: Int) throws(SystemError) {
        let waitBefore: UInt32 = 1
        let write: UInt32 = 2
        let waitAfter: UInt32 = 4
        _ = try systemCall(.syncFileRange, "sync_file_range", path: path) {
            sluice_sync_file_range(descriptor, position, byteCount, waitBefore | write | waitAfter)
        }
    }

    // MARK: Page cache

    /// What the kernel is told about the use of a range.
    package enum Advice: Sendable {
        case sequential, random, willNeed, dontNeed
    }

    /// Gives the page cache advice about a range; a length of 0 means up to the end.
    package func advise(_ advice: Advice, at position: Int = 0, byteCount: Int = 0) throws(SystemError) {
        let value =
            switch advice {
            case .sequential: POSIX_FADV_SEQUENTIAL
            case .random: POSIX_FADV_RANDOM
            case .willNeed: POSIX_FADV_WILLNEED
            case .dontNeed: POSIX_FADV_DONTNEED
            }
        // posix_fadvise returns the errno instead of setting it.
        _ = try systemCall(.fadvise, "posix_fadvise", path: path) { () -> Int32 in
            let code = posix_fadvise(descriptor, position, byteCount, value)
            if code != 0 { errno = code }
            return code == 0 ? 0 : -1
        }
    }

    /// Pages of a file by their state in the page cache.
    package struct CacheState: Sendable, Equatable {
        package var cachedPages: UInt64
        package var dirtyPages: UInt64
        package var writebackPages: UInt64
        package var evictedPages: UInt64
    }

    /// The state of a range in the page cache; a length of 0 means up to the end. ENOSYS before Linux 6.5.
    package func cacheState(at position: Int = 0, byteCount: Int = 0) throws(SystemError) -> CacheState {
        var result = sluice_cache_state()
        _ = try systemCall(.cachestat, "cachestat", path: path) {
            unsafe sluice_cachestat(descriptor, position, byteCount, &result)
        }
        return CacheState(
            cachedPages: result.cached_pages, dirtyPages: result.dirty_pages,
            writebackPages: result.writeback_pages, evictedPages: result.evicted_pages)
    }

    /// The alignment of memory and of positions that O_DIRECT wants; zeros where the file system does not say.
    package func directAlignment() throws(SystemError) -> (memory: Int, position: Int) {
        var memory: UInt32 = 0
        var position: UInt32 = 0
        _ = try systemCall(.stat, "statx", path: path) {
            unsafe sluice_direct_alignment(descriptor, &memory, &position)
        }
        return (Int(memory), Int(position))
    }

    // MARK: Locks

    /// Takes the exclusive advisory lock (flock), which ends with the last descriptor; false when another holds it.
    package func tryLock() throws(SystemError) -> Bool {
        do {
            _ = try systemCall(.lock, "flock", path: path) { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch  where error.code == EWOULDBLOCK {
            return false
        }
    }
}
