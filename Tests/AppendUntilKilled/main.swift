// Appends to a log for ever and says on standard output which offset it acknowledged last, one line each. The tests
// kill it and look at what is left.
//
// Arguments: log directory, append path, placement, flush policy, and `recycle` for a log that gives up
// and reuses segments, or `checkpoint` for one whose flushes run beside the appends and whose recovery
// point is written all the time.

import CommitLog
import Foundation
import RecordFormat

let arguments = CommandLine.arguments
guard arguments.count >= 5, let entry = AppendPathCatalog.entry(named: arguments[2]) else {
    FileHandle.standardError.write(
        Data("usage: AppendUntilKilled DIRECTORY APPEND-PATH PLACEMENT FLUSH-POLICY [recycle|checkpoint]\n".utf8))
    exit(64)
}
var configuration = LogConfiguration()
configuration.placement = arguments[3]
configuration.flushPolicy = arguments[4]
configuration.flushMessages = 10
configuration.flushMilliseconds = 1
configuration.maxMessageBytes = 4096
configuration.segmentBytes = 64 * 1024
configuration.indexIntervalBytes = 512
if arguments.last == "recycle" {
    configuration.segmentReuse = .recycle
    configuration.retentionBytes = 64 * 1024
}

let checkpoints = arguments.last == "checkpoint"
// So large that recovery points come to lie inside of them.
if checkpoints { configuration.segmentBytes = 256 * 1024 }
let directory = try LogDirectory(
    arguments[1], groupsFlushes: checkpoints, checkpointInterval: checkpoints ? 300_000 : 60_000_000_000)
let log = try directory.open(TopicPartition(topic: "t", partition: 0), configuration: configuration)
let path = entry.make(configuration.maxMessageBytes)
var encoder = RecordBatchEncoder()
while true {
    // One to three batches at once; a record's content follows from its offset alone.
    var next = log.logEndOffset
    for _ in 0...Int(next % 3) {
        try unsafe encoder.begin(baseTimestamp: next)
        for record in 0...(next % 4) {
            let value = [UInt8](repeating: UInt8(truncatingIfNeeded: next + record), count: Int((next + record) % 700))
            try unsafe value.withUnsafeBytes {
                try unsafe encoder.append(timestamp: next + record, key: nil, value: $0)
            }
        }
        let batch = try unsafe encoder.finish()
        let room = try unsafe log.reserve(batch.count, using: path)
        unsafe room.copyMemory(from: batch)
        next = try log.commit(checking: .header, using: path).lastOffset + 1
    }
    try log.settle(using: path)
    if log.retentionIsDue { _ = try log.applyRetention(now: 0) }
    try FileHandle.standardOutput.write(contentsOf: Data("\(log.logEndOffset)\n".utf8))
}
