internal import CommitLog
internal import Compression
internal import KafkaClient
internal import RecordFormat

/// What can have become of a record between its producer and who reads it.
package enum RecordFault: String, Sendable, CaseIterable {
    case lost, duplicated, reordered
    /// Its bytes are not those that were sent.
    case altered
    case truncated
    /// Nobody sent it to this partition.
    case foreign
    /// A record of the right order has an offset that is not.
    case misplaced
}

/// The first thing that was wrong with a partition.
package struct RecordDiscrepancy: Equatable, Sendable, CustomStringConvertible {
    package var fault: RecordFault
    /// The partition, the fault, and where it was found.
    package var description: String

    init(_ fault: RecordFault, in name: String, _ text: String) {
        self.fault = fault
        description = "\(name): \(fault): \(text)"
    }
}

extension RecordFault {
    /// What an error of reading says of the bytes; nil if it says that they could not be had.
    init?(_ error: any Error) {
        switch error {
        case let error as RecordBatchError: self = [.length, .batchLength].contains(error.part) ? .truncated : .altered
        case is CompressionError, LogError.damaged: self = .altered
        case LoadError.unreadable: self = .truncated
        case let error as ClientError:
            switch error.reason {
            case .batch(let error): self.init(error)
            case .cutOffBatch: self = .truncated
            default: return nil
            }
        default: return nil
        }
    }
}
