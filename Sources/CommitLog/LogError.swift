package import LinuxKernel

/// What a commit log refuses or cannot do.
package enum LogError: Error, Sendable, CustomStringConvertible {
    /// The kernel refused a call; where it was a write or a flush, the log is not damaged and nothing was acknowledged.
    case system(SystemError)
    /// A batch is not what the record format asks for; nothing of it was kept.
    case invalidBatch(reason: String)
    /// A batch that no segment, slot or limit can hold. Sizes in bytes.
    case batchTooLarge(byteCount: Int, limit: Int, limitName: String)
    /// A read outside of what the log holds.
    case offsetOutOfRange(offset: Int64, logStartOffset: Int64, logEndOffset: Int64)
    /// Bytes of the log or its index are not what was written there; the position is in bytes from the file's start.
    case damaged(path: String, position: Int, reason: String)
    /// A write-back or flush failed earlier, so the log cannot tell any more what is durable: it takes no appends.
    case offline(path: String, cause: SystemError)
    /// A name that cannot be a topic's.
    case invalidTopicName(String, reason: String)
    /// Another process has the log directory.
    case directoryLocked(path: String)
    /// What is on disk was written under other rules than it is opened with.
    case incompatible(path: String, reason: String)

    package var description: String {
        switch self {
        case .system(let error):
            "\(error)"
        case .invalidBatch(let reason):
            "batch refused: \(reason)"
        case .batchTooLarge(let byteCount, let limit, let limitName):
            "batch of \(byteCount) bytes refused: \(limitName) is \(limit) bytes"
        case .offsetOutOfRange(let offset, let start, let end):
            "offset \(offset) is out of range: the log holds \(start) up to, not including, \(end)"
        case .damaged(let path, let position, let reason):
            "\(path) is damaged at position \(position): \(reason); "
                + "`sluice log dump` says what a start would do about it"
        case .offline(let path, let cause):
            "\(path) is offline since \(cause); restart after the device is mended"
        case .invalidTopicName(let name, let reason):
            "topic name '\(name)' refused: \(reason)"
        case .directoryLocked(let path):
            "\(path) is in use: another process holds its .lock; stop that process or choose another directory"
        case .incompatible(let path, let reason):
            "\(path): \(reason)"
        }
    }
}

/// Runs kernel calls and turns their errors into the log's.
@inline(__always)
func kernel<Result>(_ body: () throws(SystemError) -> Result) throws(LogError) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw .system(error)
    }
}
