import CommitLog
import Compression
import Foundation
import LinuxKernel
import LoadGenerator

/// A directory of a test's own, gone when the test lets go of it.
final class Scratch {
    let path: String

    /// - Parameter parent: Where it is made; the directory of temporary files is in memory on many machines.
    init(in parent: String = FileManager.default.temporaryDirectory.path()) throws {
        path = try FileIdentity.resolve(parent) + "/load-\(UUID().uuidString)"
        try Directory.create(path)
    }

    deinit { try? Directory.removeTree(path) }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension LogWorkload {
    /// A small workload: batches of 16 KiB, records of 1 KiB, 1 MiB of payload, one partition.
    static func small(
        _ shape: Shape = .produceThenConsume, in directory: String, change: (inout LogWorkload) -> Void = { _ in }
    ) throws -> LogWorkload {
        guard let buffered = AppendPathCatalog.entry(named: "buffered") else { throw Unexpected("no path 'buffered'") }
        var workload = LogWorkload(
            shape: shape, batches: BatchShape(batchByteCount: 16 << 10, recordByteCount: 1 << 10), prebuilt: false,
            payloadByteCount: 1 << 20, maxReadByteCount: 1 << 20, readsCold: false, decodes: false, verifies: true,
            topic: "topic",
            partitions: 1, directories: [directory + "/log-dir-1"], appendPath: buffered, log: LogConfiguration())
        change(&workload)
        return workload
    }
}
