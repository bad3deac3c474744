internal import Compression
internal import KafkaProtocol
internal import RecordFormat

/// Compresses a batch with its topic's codec instead of its producer's. One for each reactor; its memory is reused.
@safe
final class BatchRecompressor {
    private let decompressor = Decompressor()
    private var compressors: [CodecID: Compressor] = [:]
    private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)

    deinit {
        unsafe room.deallocate()
    }

    /// The same records under another codec. Each is checked on the way, since decompressing already pays most of it.
    ///
    /// - Parameters:
    ///   - bytes: One whole batch whose CRC was checked.
    ///   - limit: The most bytes that its records may decompress to.
    /// - Returns: The batch, in memory that stays until the next call.
    func recompress(
        _ bytes: UnsafeRawBufferPointer, with codec: CodecID, limit: Int
    ) throws(BatchAdmission.Refusal) -> UnsafeMutableRawBufferPointer {
        do {
            let batch = unsafe try RecordBatch(parsing: bytes)
            let records = unsafe try decompressor.decompress(batch.records, codec: batch.header.codec, limit: limit)
            var iterator = unsafe RecordIterator(header: batch.header, uncompressed: records)
            while try iterator.next() != nil {}
            let compressor = try compressor(for: codec)
            let start = RecordBatchHeader.byteCount
            reserve(start + compressor.bound(forByteCount: records.count))
            let count = unsafe try compressor.compress(
                records, into: UnsafeMutableRawBufferPointer(rebasing: room[start...]))
            let result = unsafe UnsafeMutableRawBufferPointer(rebasing: room[..<(start + count)])
            unsafe result.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<start]))
            let header = batch.header
            let attributes = header.attributes & ~RecordBatchHeader.Attributes.codec | Int16(codec.rawValue)
            let length = Int32(start + count - RecordBatchHeader.lengthPrefixByteCount)
            unsafe result.storeBytes(
                of: attributes.bigEndian, toByteOffset: RecordBatchHeader.Position.attributes, as: Int16.self)
            unsafe result.storeBytes(
                of: length.bigEndian, toByteOffset: RecordBatchHeader.Position.batchLength, as: Int32.self)
            unsafe try RecordBatchPatch.setMaxTimestamp(header.maxTimestamp, type: header.timestampType, in: result)
            return unsafe result
        } catch {
            throw BatchAdmission.Refusal(.corruptMessage, "\(error)")
        }
    }

    private func compressor(for codec: CodecID) throws(CompressionError) -> Compressor {
        if let known = compressors[codec] { return known }
        guard let entry = CodecCatalog[codec] else { preconditionFailure("a topic's codec is in the catalog") }
        let made = try entry.makeCompressor()
        compressors[codec] = made
        return made
    }

    private func reserve(_ byteCount: Int) {
        guard unsafe room.count < byteCount else { return }
        unsafe room.deallocate()
        unsafe room = .allocate(byteCount: byteCount, alignment: 16)
    }
}
