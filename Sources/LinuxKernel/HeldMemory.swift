internal import CLinux
internal import Glibc

/// Memory that is held for nothing but being had: the host of a virtual machine has provided it, and does not take it back
/// as long as it is held.
package final class HeldMemory: @unchecked Sendable {
    package enum Pages: Sendable {
        /// Of 2 MiB where the kernel has them, so that holding and letting go cost little.
        case huge
        /// Of 4 KiB, as the page cache takes them.
        case small
    }

    private static let hugePageByteCount = 2 << 20

    package let byteCount: Int
    private let memory: UnsafeMutableRawPointer

    /// Takes memory and touches all of it. ENOMEM when there is not so much.
    ///
    /// - Parameter byteCount: Above 0; rounded up to 2 MiB.
    package init(byteCount: Int, _ pages: Pages) throws(SystemError) {
        let byteCount = (byteCount + Self.hugePageByteCount - 1) / Self.hugePageByteCount * Self.hugePageByteCount
        CallCounters.count(.mmap)
        CallCounters.count(.madvise)
        guard let memory = unsafe sluice_hold_memory(byteCount, pages == .huge ? 1 : 0) else {
            throw SystemError(call: "mmap of \(byteCount >> 20) MiB", code: errno)
        }
        unsafe self.memory = unsafe memory
        self.byteCount = byteCount
        unsafe sluice_touch_pages(memory, byteCount)
    }

    /// Lets go of it.
    deinit {
        CallCounters.count(.munmap)
        _ = unsafe sluice_let_go(memory, byteCount)
    }

    /// Bytes of memory that nothing uses, not even the page cache, what each processor keeps at hand included; see
    /// /proc/zoneinfo in proc(5). Takes about 50 µs.
    package static func freeByteCount() throws(SystemError) -> Int {
        CallCounters.count(.process)
        let count = sluice_free_memory()
        guard count >= 0 else { throw SystemError(call: "fopen", path: "/proc/zoneinfo", code: errno) }
        return Int(count)
    }
}
