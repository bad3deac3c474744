internal import CLinux
internal import Glibc

extension Socket {
    /// Sends that are done: the kernel has let go of their bytes.
    package struct Completion: Sendable {
        /// The sends' numbers, counted from 0 for each socket, up to 2^32 and around.
        package let first: UInt32
        package let last: UInt32
        /// The CPU copied the bytes after all, as on loopback.
        package let isCopied: Bool
    }

    /// Lets the socket send from where the bytes are.
    package func allowZerocopy() throws(SystemError) {
        _ = try systemCall(.socketOption, "setsockopt(SO_ZEROCOPY)") { sluice_set_zerocopy(descriptor) }
    }

    /// Sends as much as the kernel takes, from where it is (MSG_ZEROCOPY): the bytes must stay unchanged
    /// until the send's completion. ENOBUFS when too many are under way, EFAULT when the bytes are those of a
    /// file that has become shorter.
    ///
    /// - Parameter more: More follows at once.
    package func sendZerocopy(_ bytes: UnsafeRawBufferPointer, more: Bool) throws(SystemError) -> Int? {
        try transfer(.sendZerocopy, "send(MSG_ZEROCOPY)", isMapped: true) {
            unsafe sluice_send_zerocopy(descriptor, bytes.baseAddress, bytes.count, more ? 1 : 0)
        }
    }

    /// Takes a completion from the error queue; nil when there is none.
    package func takeCompletion() throws(SystemError) -> Completion? {
        while true {
            var (first, last, copied) = (UInt32(0), UInt32(0), Int32(0))
            let found = try systemCall(.zerocopyCompletion, "recvmsg(MSG_ERRQUEUE)") {
                unsafe sluice_zerocopy_completion(descriptor, &first, &last, &copied)
            }
            switch found {
            case 0: return nil
            case 1: return Completion(first: first, last: last, isCopied: copied != 0)
            default: continue
            }
        }
    }

    /// Counts what a completion told of bytes.
    package static func countCompleted(_ byteCount: Int, isCopied: Bool) {
        CallCounters.count(isCopied ? .zerocopyCopied : .zerocopyMoved, bytes: byteCount)
    }
}
