import Foundation
import LinuxKernel

/// Runs a test with a directory of its own, which is gone afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "kernel-\(UUID().uuidString)").path()
    try Directory.create(directory)
    defer { try? Directory.removeTree(directory) }
    try body(directory)
}

/// Bytes that are all the same.
func bytes(_ count: Int, of value: UInt8 = 7) -> [UInt8] {
    [UInt8](repeating: value, count: count)
}

extension File {
    func writeAll(_ array: [UInt8], at position: Int) throws(SystemError) {
        unsafe try writeAll(array.span.bytes, at: position)
    }

    func readBack(_ count: Int, at position: Int = 0) throws -> [UInt8] {
        let buffer = AlignedBuffer(byteCount: max(1, count))
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<count])
        let found = unsafe try readAll(into: room, at: position)
        return unsafe Array(room[..<found])
    }
}
