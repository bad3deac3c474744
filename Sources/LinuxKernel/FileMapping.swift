internal import CLinux
internal import Glibc

/// The first bytes of a file as memory, shared with the page cache, for as long as this lives.
///
/// The mapping may reach beyond the file's end and then covers what is appended later. Touching a page that the file
/// does not have is SIGBUS for this program, and EFAULT for a call that is given its address.
@safe
package final class FileMapping: @unchecked Sendable {
    package static let pageByteCount = 4096

    /// Valid as long as the mapping lives.
    @unsafe package let bytes: UnsafeMutableRawBufferPointer

    /// - Parameter isWritable: Whether the bytes may be written; the file is open for writing then.
    package init(_ file: borrowing File, byteCount: Int, isWritable: Bool = false) throws(SystemError) {
        let descriptor = file.descriptor
        CallCounters.count(.mmap)
        guard let start = unsafe sluice_map_file(descriptor, byteCount, isWritable ? 1 : 0) else {
            throw SystemError(call: "mmap", path: file.path, code: errno)
        }
        unsafe bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    }

    /// Copies payload from elsewhere in user memory into mapped pages; counted as `mappedStore`.
    package static func store(_ source: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) {
        unsafe room.copyMemory(from: source)
        CallCounters.count(.mappedStore, bytes: source.count)
    }

    deinit {
        CallCounters.count(.munmap)
        _ = unsafe munmap(bytes.baseAddress, bytes.count)
    }
}
