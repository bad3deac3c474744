/// The kinds of kernel calls that are counted.
///
/// A call that moves payload has a kind for each way the bytes can go, because that way is what the paths under
/// comparison differ in: `pwrite` copies from user memory to the page cache, `pwriteDirect` hands user memory to the
/// device.
package enum CallKind: Int, CaseIterable, Sendable {
    // Payload between user memory and the page cache or a socket buffer: the CPU copies every byte.
    case read, write, pread, pwrite, preadv, pwritev, recv, send, sendmsg
    // The same, only to bring a file's pages into the page cache.
    case warmingRead
    // Payload between user memory and the device, without the page cache.
    case preadDirect, pwriteDirect
    // Payload that never enters user memory. Through a pipe it takes two calls; its bytes count where
    // they leave the pipe.
    case sendfile, splice, spliceIn
    // Payload in pages that the kernel sends from where they are; the completion says later whether the CPU copied them
    // after all.
    case sendZerocopy, zerocopyCompletion, zerocopyCopied, zerocopyMoved
    // Operations that a ring carries; `uringEnter` is the call that submits any number of them.
    case uringRead, uringWrite, uringReadDirect, uringWriteDirect, uringSend, uringReceive, uringSplice
    case uringSpliceIn, uringSendZerocopy, uringSync
    // Payload that a store brings from elsewhere in user memory into mapped pages of a file.
    case mappedStore
    // Durability.
    case fsync, fdatasync, syncFileRange, msync
    // Files and directories.
    case open, close, stat, truncate, fallocate, fadvise, rename, unlink, mkdir, rmdir, readDirectory, lock, cachestat
    // Memory.
    case mmap, munmap, madvise
    // Counts that the kernel keeps by itself.
    case perfEvent
    // Sockets, readiness and threads.
    case socket, bind, connect, accept, socketOption, shutdown, pipe, epollCreate, epollControl, epollWait, poll
    case eventfd, uringSetup, uringRegister, uringEnter, threadCreate, signal, process

    /// Where the bytes that a call of this kind reports go.
    package enum Movement: Sendable {
        /// The CPU copies them across the boundary between user and kernel memory.
        case copied
        /// The device reads or writes user memory.
        case direct
        /// They move inside the kernel and never enter user memory.
        case moved
        /// The kernel holds the pages they are in; what became of them is counted when it lets go.
        case pinned
        /// The call moves no payload.
        case none
    }

    package var movement: Movement {
        switch self {
        case .read, .write, .pread, .pwrite, .preadv, .pwritev, .recv, .send, .sendmsg, .warmingRead: .copied
        case .uringRead, .uringWrite, .uringSend, .uringReceive, .mappedStore, .zerocopyCopied: .copied
        case .preadDirect, .pwriteDirect, .uringReadDirect, .uringWriteDirect: .direct
        case .sendfile, .splice, .uringSplice, .zerocopyMoved: .moved
        case .sendZerocopy, .uringSendZerocopy: .pinned
        default: .none
        }
    }

    /// Whether one of it enters the kernel. What a ring carries does not, nor does what a completion
    /// tells, nor a store.
    package var isCall: Bool {
        switch self {
        case .uringRead, .uringWrite, .uringReadDirect, .uringWriteDirect, .uringSend, .uringReceive, .uringSplice,
            .uringSpliceIn, .uringSendZerocopy, .uringSync, .zerocopyCopied, .zerocopyMoved, .mappedStore:
            false
        default: true
        }
    }

    /// Whether as many of it are made each time that the same is done. How often a socket is read, written or waited for
    /// depends on how much had come, or found room, when it was tried.
    package var isSteady: Bool {
        switch self {
        case .recv, .send, .sendmsg, .sendfile, .splice, .spliceIn, .sendZerocopy, .zerocopyCompletion: false
        case .epollWait, .poll, .eventfd, .uringEnter: false
        default: isCall
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
