internal import Glibc

/// Small text files read whole: /proc, /sys, checkpoints.
package enum TextFile {
    /// Reads a file whose length is not known beforehand, as those in /proc.
    package static func read(_ path: String) throws(SystemError) -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    /// As `read`, the bytes as they are.
    package static func bytes(_ path: String) throws(SystemError) -> [UInt8] {
        let file = try File(path, .readOnly)
        var text: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 16)
        defer { unsafe chunk.deallocate() }
        while true {
            let count = unsafe try file.read(into: chunk, at: text.count)
            if count == 0 { break }
            unsafe text.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
        }
        return text
    }

    /// Writes to a file of the kernel's, as those in /sys, which takes a text with one call.
    package static func write(_ text: String, to path: String) throws(SystemError) {
        let file = try File(path, .writeOnly)
        let bytes = Array(text.utf8)
        try unsafe file.writeAll(bytes.span.bytes, at: 0)
    }

    /// Replaces a file's content atomically: written aside, made durable, renamed over it.
    ///
    /// - Parameter durably: False leaves it to the kernel when it reaches the disk: after a crash of the machine the
    ///   file may have its former content or only a part of the new one, which whoever reads it has to notice.
    package static func replace(_ path: String, with text: String, durably: Bool = true) throws(SystemError) {
        let aside = path + ".tmp"
        do {
            let file = try File(aside, .replace)
            let bytes = Array(text.utf8)
            try unsafe file.writeAll(bytes.span.bytes, at: 0)
            if durably { try file.sync() }
        }
        try Directory.rename(aside, to: path)
        guard durably, let slash = path.lastIndex(of: "/") else { return }
        try Directory.sync(String(path[..<slash]))
    }
}
