/// The kinds of kernel calls that are counted.
///
/// A call that moves payload has a kind for each way the bytes can go, because that way is what the paths under
/// comparison differ in: `pwrite` copies from user memory to the page cache, `pwriteDirect` hands user memory to the
/// device.
package enum CallKind: Int, CaseIterable, Sendable {
    // Payload between user memory and the page cache or a socket buffer: the CPU copies every byte.
    case read, write, pread, pwrite, preadv, pwritev, recv, send, sendmsg
    // Payload between user memory and the device, without the page cache.
    case preadDirect, pwriteDirect
    // Payload that never enters user memory.
    case sendfile, splice
    // Durability.
    case fsync, fdatasync, syncFileRange, msync
    // Files and directories.
    case open, close, stat, truncate, fallocate, fadvise, rename, unlink, mkdir, rmdir, readDirectory, lock, cachestat
    // Memory.
    case mmap, munmap, madvise
    // Sockets, readiness and threads.
    case socket, bind, connect, accept, socketOption, shutdown, pipe, epollCreate, epollControl, epollWait, poll
    case eventfd, uringSetup, uringEnter, threadCreate, signal, process

    /// Where the bytes that a call of this kind reports go.
    package enum Movement: Sendable {
        /// The CPU copies them across the boundary between user and kernel memory.
        case copied
        /// The device reads or writes user memory.
        case direct
        /// They move inside the kernel and never enter user memory.
        case moved
        /// The call moves no payload.
        case none
    }

    package var movement: Movement {
        switch self {
        case .read, .write, .pread, .pwrite, .preadv, .pwritev, .recv, .send, .sendmsg: .copied
        case .preadDirect, .pwriteDirect: .direct
        case .sendfile, .splice: .moved
        default: .none
        }
    }

    /// The name as results show it, in the field's spelling: `pwrite`, `pwrite_direct`, `sync_file_range`.
    package var columnName: String {
        var name = ""
        for character in String(describing: self) {
            if character.isUppercase { name += "_" + character.lowercased() } else { name.append(character) }
        }
        return name
    }
}
