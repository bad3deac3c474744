package import CommitLog
internal import Compression
internal import RecordFormat

extension StreamVerifier {
    /// Reads a log from its start to its end and takes every record.
    ///
    /// - Parameter maxBytes: What one read asks for.
    /// - Throws: What could not be read; content that is wrong is a discrepancy.
    package mutating func take(_ log: PartitionLog, maxBytes: Int) throws {
        let decompressor = Decompressor()
        do {
            var reader = LogReader(log, from: log.logStartOffset, maxBytes: maxBytes)
            while !isDecided, let batches = try reader.next() {
                var batches = batches
                while !isDecided, let batch = try batches.next() {
                    try batch.validate()
                    var records = try RecordIterator(batch, decompressor: decompressor)
                    while let record = try records.next() { take(record) }
                }
            }
        } catch {
            guard take(error) else { throw error }
        }
    }
}
