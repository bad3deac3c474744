internal import LinuxKernel

/// Finds out whether a directory's file system and this kernel can do what a path needs, by doing it
/// once in a scratch file.
///
/// Each answer is nil where they can, and otherwise the reason. What keeps any path from writing, such
/// as a full disk, is none.
enum AppendPathProbe {
    /// O_DIRECT with blocks as `DirectAppendPath` writes them.
    static func direct(_ directory: String) -> String? {
        tried("O_DIRECT", in: directory) { (path) throws(SystemError) in
            let file = try File(path, .createNew, options: .direct)
            let block = DirectAppendPath.blockBytes
            let alignment = try file.directAlignment()
            if alignment.memory == 0 || alignment.position == 0 {
                return "the file system of \(directory) does not say how O_DIRECT is aligned (statx STATX_DIOALIGN), "
                    + "so it may not be direct"
            }
            if block % alignment.memory != 0 || block % alignment.position != 0 {
                return "O_DIRECT needs memory aligned to \(alignment.memory) and positions to \(alignment.position) "
                    + "bytes in \(directory); the log's blocks have \(block)"
            }
            let buffer = AlignedBuffer(byteCount: block)
            unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
            unsafe try file.writeAll(UnsafeRawBufferPointer(buffer.bytes), at: 0)
            return nil
        }
    }

    /// RWF_DONTCACHE.
    static func uncached(_ directory: String) -> String? {
        tried("RWF_DONTCACHE (Linux 6.14)", in: directory) { (path) throws(SystemError) in
            let file = try File(path, .createNew)
            let bytes = AlignedBuffer(byteCount: 16)
            unsafe bytes.bytes.initializeMemory(as: UInt8.self, repeating: 0)
            var pieces = File.Pieces()
            unsafe pieces.append(UnsafeRawBufferPointer(bytes.bytes))
            try file.writeAll(&pieces, at: 0, uncached: true)
            return nil
        }
    }

    /// io_uring with registered memory and files.
    static func ring(_ directory: String) -> String? {
        tried("io_uring", in: directory) { (path) throws(SystemError) in
            let file = try File(path, .createNew)
            let buffer = AlignedBuffer(byteCount: 1 << 20)
            let ring = try Ring(entries: 2)
            unsafe try ring.register(buffers: [buffer.bytes])
            try ring.registerFiles(1)
            try ring.setFile(file, slot: 0)
            return nil
        }
    }

    /// Blocks in advance (fallocate).
    static func allocation(_ directory: String) -> String? {
        tried("fallocate", in: directory) { (path) throws(SystemError) in
            try File(path, .createNew).allocate(at: 0, byteCount: 4096)
            return nil
        }
    }

    private static func tried(
        _ what: String, in directory: String, _ body: (_ path: String) throws(SystemError) -> String?
    ) -> String? {
        let path = directory + "/.probe-" + String(UInt64.random(in: .min ... .max), radix: 16)
        // Where it could not be made, as is asked here, there is nothing to remove.
        defer { try? Directory.unlinkFile(path) }
        do throws(SystemError) {
            return try body(path)
        } catch {
            guard ["EINVAL", "EOPNOTSUPP", "ENOSYS", "EPERM", "ENOMEM"].contains(error.name) else { return nil }
            return "\(what) is refused in \(directory): \(error)"
        }
    }
}
