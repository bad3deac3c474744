internal import CLinux
internal import Glibc

/// Calls on directories and on names in them.
package enum Directory {
    /// Makes a directory and its missing parents, with mode 0750 less the umask; one that exists already is fine.
    package static func create(_ path: String) throws(SystemError) {
        do {
            _ = try systemCall(.mkdir, "mkdir", path: path) { unsafe mkdir(path, 0o750) }
        } catch  where error.code == EEXIST {
            guard try isDirectory(path) else { throw SystemError(call: "mkdir", path: path, code: ENOTDIR) }
        } catch  where error.code == ENOENT {
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw error }
            try create(String(path[..<slash]))
            try create(path)
        }
    }

    /// The names in a directory, sorted, without `.` and `..`.
    package static func names(in path: String) throws(SystemError) -> [String] {
        CallCounters.count(.readDirectory)
        guard let stream = unsafe opendir(path) else {
            throw SystemError(call: "opendir", path: path, code: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                if errno != 0 { throw SystemError(call: "readdir", path: path, code: errno) }
                break
            }
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes the names in a directory durable, so that a file made, renamed or removed in it stays so after a crash.
    package static func sync(_ path: String) throws(SystemError) {
        let descriptor = try systemCall(.open, "open", path: path) {
            unsafe sluice_open(path, O_RDONLY | O_DIRECTORY, 0)
        }
        defer {
            CallCounters.count(.close)
            close(descriptor)
        }
        _ = try systemCall(.fsync, "fsync", path: path) { fsync(descriptor) }
    }

    /// Whether a name exists, whatever it is.
    package static func exists(_ path: String) throws(SystemError) -> Bool {
        try mode(of: path) != nil
    }

    package static func isDirectory(_ path: String) throws(SystemError) -> Bool {
        guard let mode = try mode(of: path) else { return false }
        return mode & S_IFMT == S_IFDIR
    }

    private static func mode(of path: String) throws(SystemError) -> mode_t? {
        var status = stat()
        do {
            _ = try systemCall(.stat, "stat", path: path) { unsafe stat(path, &status) }
            return status.st_mode
        } catch  where error.code == ENOENT || error.code == ENOTDIR {
            return nil
        }
    }

    /// Removes a file; its blocks stay until the last descriptor on it is closed.
    package static func unlinkFile(_ path: String) throws(SystemError) {
        _ = try systemCall(.unlink, "unlink", path: path) { unsafe unlink(path) }
    }

    /// Gives a file or directory another name, replacing a file of that name.
    package static func rename(_ path: String, to newPath: String) throws(SystemError) {
        _ = try systemCall(.rename, "rename", path: path) { unsafe Glibc.rename(path, newPath) }
    }

    /// Removes a directory and all that is in it, or whatever else has the name; symbolic links are removed, not followed.
    package static func removeTree(_ path: String) throws(SystemError) {
        var status = stat()
        _ = try systemCall(.stat, "lstat", path: path) { unsafe lstat(path, &status) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try unlinkFile(path) }
        for name in try names(in: path) { try removeTree(path + "/" + name) }
        try removeEmpty(path)
    }

    /// Removes a directory that has nothing in it.
    package static func removeEmpty(_ path: String) throws(SystemError) {
        _ = try systemCall(.rmdir, "rmdir", path: path) { unsafe rmdir(path) }
    }

    /// A file system's type (`f_type`), block size and space in bytes; `free` is what an ordinary user may take.
    package struct FileSystem: Sendable, Equatable {
        package var type: Int64
        package var blockSize: UInt64
        package var freeBytes: UInt64
        package var totalBytes: UInt64
    }

    package static func fileSystem(at path: String) throws(SystemError) -> FileSystem {
        var type: Int64 = 0
        var blockSize: UInt64 = 0
        var free: UInt64 = 0
        var total: UInt64 = 0
        _ = try systemCall(.stat, "statfs", path: path) {
            unsafe sluice_statfs(path, &type, &blockSize, &free, &total)
        }
        return FileSystem(type: type, blockSize: blockSize, freeBytes: free, totalBytes: total)
    }
}
