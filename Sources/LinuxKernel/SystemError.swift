internal import CLinux
internal import Glibc

/// A call to the kernel that failed: which call, on what, and why.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call's name as in its manual page, for example `pwrite`.
    package var call: String
    /// The file, directory or address it was about; nil where there is none.
    package var path: String?
    /// The errno.
    package var code: Int32

    package init(call: String, path: String? = nil, code: Int32) {
        self.call = call
        self.path = path
        self.code = code
    }

    /// The errno's symbolic name, for example `ENOSPC`.
    package var name: String {
        unsafe String(cString: sluice_errno_name(code))
    }

    /// Bytes are not there that have to be (EIO), although no call failed.
    package static func missingBytes(_ call: String, path: String? = nil) -> SystemError {
        SystemError(call: call, path: path, code: EIO)
    }

    /// Something has a content that makes no sense (EINVAL), although it could be read.
    package static func senselessContent(_ call: String, path: String? = nil) -> SystemError {
        SystemError(call: call, path: path, code: EINVAL)
    }

    /// The other end of a connection is gone (ECONNRESET), although no call failed.
    package static func lostConnection(_ call: String, path: String? = nil) -> SystemError {
        SystemError(call: call, path: path, code: ECONNRESET)
    }

    /// Whether the same may succeed at once (EAGAIN, EINTR).
    package var isTransient: Bool { code == EAGAIN || code == EINTR }

    /// Whether the file system, or the quota on it, is full.
    package var isLackOfRoom: Bool { code == ENOSPC || code == EDQUOT }

    /// Whether the process or the machine has no descriptor left.
    package var isLackOfDescriptors: Bool { code == EMFILE || code == ENFILE }

    /// For example `pwrite /data/t-0/00000000000000000000.log: ENOSPC (No space left on device)`.
    package var description: String {
        let subject = path.map { " \($0)" } ?? ""
        return "\(call)\(subject): \(name) (\(Self.message(of: code)))"
    }

    private static func message(of code: Int32) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            // The GNU form of strerror_r returns the text, which may or may not lie in the buffer.
            unsafe String(cString: sluice_errno_message(code, buffer.baseAddress!, buffer.count))
        }
    }
}
