package import Compression

/// Builds record batches one after another in memory that is reused: nothing is allocated per record, and nothing per
/// batch once the buffers have grown to the batches' size.
///
/// `begin`, any number of `append`, one `finish`, and again from `begin`. A batch is built in the encoder's own buffer
/// or, when `begin` is given a room, right where it is to be: in the pages or the buffer of an append path.
@safe
package struct RecordBatchEncoder: ~Copyable {
    /// The uncompressed batch, unless it is built in the caller's room.
    private var own: ScratchBuffer
    /// The finished batch of a compressor.
    private var compressed = ScratchBuffer()
    /// Where the batch is built: the memory of `own` or the caller's room.
    private var target = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var isInRoom = false
    private var hasBaseTimestamp = false
    private var header = RecordBatchHeader.empty

    /// The bytes of the uncompressed batch so far, its header included: what `batch.size` is compared to.
    package private(set) var byteCount = 0

    /// - Parameter capacity: the bytes of a usual batch; the buffer grows when one is larger.
    package init(capacity: Int = 0) {
        own = ScratchBuffer(capacity: max(capacity, RecordBatchHeader.byteCount))
    }

    /// The records so far.
    package var recordCount: Int { Int(header.recordCount) }

    /// Starts a batch and forgets an unfinished one.
    ///
    /// - Parameters:
    ///   - baseTimestamp: milliseconds since 1970, from which records are counted; nil takes the first record's.
    ///   - producerId: with epoch and sequence, -1 without an idempotent producer.
    ///   - room: memory to build the batch in, at least 61 bytes; it must stay until `finish`. Nil builds it in the
    ///     encoder's own buffer.
    package mutating func begin(
        baseOffset: Int64 = 0, partitionLeaderEpoch: Int32 = -1, baseTimestamp: Int64? = nil,
        producerId: Int64 = RecordBatchHeader.noProducer, producerEpoch: Int16 = -1, baseSequence: Int32 = -1,
        isTransactional: Bool = false, isControl: Bool = false, in room: UnsafeMutableRawBufferPointer? = nil
    ) throws(RecordBatchError) {
        if let room = unsafe room {
            guard room.count >= RecordBatchHeader.byteCount else {
                throw RecordBatchError(
                    .room, position: 0, expected: Int64(RecordBatchHeader.byteCount), found: Int64(room.count))
            }
            unsafe target = unsafe room
        } else {
            unsafe target = unsafe own.memory
        }
        isInRoom = unsafe room != nil
        header = RecordBatchHeader.empty
        header.baseOffset = baseOffset
        header.partitionLeaderEpoch = partitionLeaderEpoch
        header.baseTimestamp = baseTimestamp ?? 0
        hasBaseTimestamp = baseTimestamp != nil
        header.producerId = producerId
        header.producerEpoch = producerEpoch
        header.baseSequence = baseSequence
        if isTransactional { header.attributes |= RecordBatchHeader.Attributes.transactional }
        if isControl { header.attributes |= RecordBatchHeader.Attributes.control }
        byteCount = RecordBatchHeader.byteCount
    }

    /// The most bytes that a record of these sizes adds to a batch.
    ///
    /// - Parameter headersByteCount: the sum of the headers' keys and values.
    package static func recordBound(
        keyByteCount: Int, valueByteCount: Int, headerCount: Int = 0, headersByteCount: Int = 0
    ) -> Int {
        // Length, attributes, timestamp delta, offset delta; lengths of key and value; the headers' count and lengths.
        let varint32 = Varint.maximumByteCount32
        return varint32 + 1 + Varint.maximumByteCount64 + varint32 + varint32 + keyByteCount + varint32 + valueByteCount
            + varint32 + headerCount * 2 * varint32 + headersByteCount
    }

    /// The bytes that a record adds to a batch when it has a value, no key, no headers, and the batch's base timestamp.
    package static func recordByteCount(offsetDelta: Int, valueByteCount: Int) -> Int {
        // Attributes, timestamp delta, null key and the headers' count take a byte each.
        let length =
            4 + Varint.byteCount(Int64(offsetDelta)) + Varint.byteCount(Int64(valueByteCount)) + valueByteCount
        return Varint.byteCount(Int64(length)) + length
    }

    /// Appends a record with the next offset.
    ///
    /// - Parameters:
    ///   - timestamp: milliseconds since 1970.
    ///   - key: nil is a null key.
    ///   - value: nil is a null value.
    /// - Throws: `room` if the caller's room is too small, `batchLength` if the batch would pass 2 GiB, `timestamp` if
    ///   it is too far from the base. The batch is then as before, and can be finished.
    package mutating func append(
        timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: UnsafeBufferPointer<RecordHeader> = unsafe UnsafeBufferPointer(start: nil, count: 0)
    ) throws(RecordBatchError) {
        var headersByteCount = 0
        for index in headers.indices {
            let header = unsafe headers[index]
            unsafe headersByteCount += Self.fieldByteCount(header.key) + Self.fieldByteCount(header.value)
        }
        var position = try unsafe appendFields(
            timestamp: timestamp, key: key, value: value, headerCount: headers.count, headersByteCount: headersByteCount
        )
        if headers.count > 0, let memory = unsafe target.baseAddress {
            for index in headers.indices {
                let header = unsafe headers[index]
                unsafe Self.write(header.key, to: memory, at: &position)
                unsafe Self.write(header.value, to: memory, at: &position)
            }
        }
    }

    /// Appends a record whose headers are encoded already: those of a record that was read.
    package mutating func append(
        timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: RecordHeaders
    ) throws(RecordBatchError) {
        let encoded = unsafe headers.bytes
        let position = try unsafe appendFields(
            timestamp: timestamp, key: key, value: value, headerCount: headers.count, headersByteCount: encoded.count)
        if let source = encoded.baseAddress, let memory = unsafe target.baseAddress {
            unsafe (memory + position).copyMemory(from: source, byteCount: encoded.count)
        }
    }

    /// Appends everything of a record but the bytes of its headers.
    ///
    /// - Returns: where they belong; there is room for them, and `byteCount` counts them.
    @inline(__always)
    private mutating func appendFields(
        timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headerCount: Int,
        headersByteCount: Int
    ) throws(RecordBatchError) -> Int {
        precondition(byteCount > 0, "append needs a begin")
        let base = hasBaseTimestamp ? header.baseTimestamp : timestamp
        let (timestampDelta, overflow) = timestamp.subtractingReportingOverflow(base)
        if overflow {
            throw RecordBatchError(.timestamp, position: byteCount, expected: base, found: timestamp)
        }
        let offsetDelta = Int64(header.recordCount)

        let length =
            unsafe 1 + Varint.byteCount(timestampDelta) + Varint.byteCount(offsetDelta) + Self.fieldByteCount(key)
            + Self.fieldByteCount(value) + Varint.byteCount(Int64(headerCount)) + headersByteCount
        let end = byteCount + Varint.byteCount(Int64(length)) + length
        if unsafe target.count < end { try makeRoom(for: end) }
        guard end <= Int(Int32.max), let memory = unsafe target.baseAddress else {
            throw RecordBatchError(.batchLength, position: 0, expected: Int64(Int32.max), found: Int64(end))
        }

        var position = byteCount
        unsafe Varint.write(Int64(length), to: memory, at: &position)
        unsafe memory.storeBytes(of: 0, toByteOffset: position, as: UInt8.self)
        position += 1
        unsafe Varint.write(timestampDelta, to: memory, at: &position)
        unsafe Varint.write(offsetDelta, to: memory, at: &position)
        unsafe Self.write(key, to: memory, at: &position)
        unsafe Self.write(value, to: memory, at: &position)
        unsafe Varint.write(Int64(headerCount), to: memory, at: &position)

        header.baseTimestamp = base
        header.maxTimestamp = offsetDelta == 0 ? timestamp : max(header.maxTimestamp, timestamp)
        hasBaseTimestamp = true
        header.recordCount += 1
        byteCount = end
        return position
    }

    private mutating func makeRoom(for end: Int) throws(RecordBatchError) {
        if isInRoom {
            throw unsafe RecordBatchError(.room, position: byteCount, expected: Int64(end), found: Int64(target.count))
        }
        guard end <= Int(Int32.max) else { return }  // The caller reports it.
        own.count = byteCount
        own.makeRoom(for: end - byteCount)
        unsafe target = unsafe own.memory
    }

    @inline(__always)
    private static func fieldByteCount(_ bytes: UnsafeRawBufferPointer?) -> Int {
        guard let count = unsafe bytes?.count else { return 1 }
        return Varint.byteCount(Int64(count)) + count
    }

    /// Writes a length and the bytes, or the length -1 for null.
    @inline(__always)
    private static func write(
        _ bytes: UnsafeRawBufferPointer?, to memory: UnsafeMutableRawPointer, at position: inout Int
    ) {
        guard let bytes = unsafe bytes else {
            unsafe Varint.write(-1, to: memory, at: &position)
            return
        }
        unsafe Varint.write(Int64(bytes.count), to: memory, at: &position)
        guard let source = bytes.baseAddress else { return }
        unsafe (memory + position).copyMemory(from: source, byteCount: bytes.count)
        position += bytes.count
    }
}

extension RecordBatchEncoder {
    /// Ends the batch uncompressed.
    ///
    /// - Returns: the batch where it was built: in the caller's room, or in the encoder's memory until
    ///   the next `begin`.
    /// - Throws: `recordCount` if nothing was appended.
    package mutating func finish() throws(RecordBatchError) -> UnsafeRawBufferPointer {
        try seal(.none)
        let batch = unsafe UnsafeMutableRawBufferPointer(rebasing: target[..<byteCount])
        unsafe header.write(sealing: batch)
        byteCount = 0
        return UnsafeRawBufferPointer(batch)
    }

    /// Ends the batch and compresses its records into the encoder's own memory.
    ///
    /// - Returns: the batch, good until the next `begin`.
    package mutating func finish(_ compressor: Compressor) throws(RecordBatchError) -> UnsafeRawBufferPointer {
        if compressor.codec == .none { return try unsafe finish() }
        try seal(compressor.codec)
        compressed.reserve(RecordBatchHeader.byteCount)
        compressed.count = RecordBatchHeader.byteCount
        do throws(CompressionError) {
            try unsafe compressor.compress(records, appendingTo: &compressed)
        } catch {
            throw RecordBatchError(error)
        }
        let batch = unsafe UnsafeMutableRawBufferPointer(rebasing: compressed.memory[..<compressed.count])
        unsafe header.write(sealing: batch)
        byteCount = 0
        return UnsafeRawBufferPointer(batch)
    }

    /// Ends the batch and compresses its records straight into `room`.
    ///
    /// - Parameter room: at least `byteCountBound(compressor)` bytes, and not the room the batch was built in.
    /// - Returns: the size of the batch, which lies at the start of `room`.
    package mutating func finish(
        _ compressor: Compressor, into room: UnsafeMutableRawBufferPointer
    ) throws(RecordBatchError) -> Int {
        let needed = byteCountBound(compressor)
        guard room.count >= needed else {
            throw RecordBatchError(.room, position: 0, expected: Int64(needed), found: Int64(room.count))
        }
        try seal(compressor.codec)
        let written: Int
        do throws(CompressionError) {
            written = try unsafe compressor.compress(
                records, into: UnsafeMutableRawBufferPointer(rebasing: room[RecordBatchHeader.byteCount...]))
        } catch {
            throw RecordBatchError(error)
        }
        let total = RecordBatchHeader.byteCount + written
        unsafe header.write(sealing: UnsafeMutableRawBufferPointer(rebasing: room[..<total]))
        byteCount = 0
        return total
    }

    /// The most bytes that the batch so far can take once compressed.
    package func byteCountBound(_ compressor: Compressor) -> Int {
        RecordBatchHeader.byteCount + compressor.bound(forByteCount: byteCount - RecordBatchHeader.byteCount)
    }

    private var records: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: target[RecordBatchHeader.byteCount..<byteCount])
    }

    /// Fills in what is known only at the end.
    private mutating func seal(_ codec: CodecID) throws(RecordBatchError) {
        precondition(byteCount > 0, "finish needs a begin")
        guard header.recordCount > 0 else {
            throw RecordBatchError(
                .recordCount, position: RecordBatchHeader.Position.recordCount, expected: 1, found: 0)
        }
        header.attributes |= Int16(codec.rawValue)
        header.lastOffsetDelta = header.recordCount - 1
    }
}

extension RecordBatchHeader {
    /// A batch of no records and no producer.
    fileprivate static let empty = RecordBatchHeader(
        baseOffset: 0, batchLength: 0, partitionLeaderEpoch: -1, magic: currentMagic, crc: 0, attributes: 0,
        lastOffsetDelta: 0, baseTimestamp: 0, maxTimestamp: 0, producerId: noProducer, producerEpoch: -1,
        baseSequence: -1, recordCount: 0)

    /// Writes the header in front of the records that lie in `batch`, with their length and CRC.
    fileprivate mutating func write(sealing batch: UnsafeMutableRawBufferPointer) {
        batchLength = Int32(batch.count - Self.lengthPrefixByteCount)
        unsafe write(to: batch)
        unsafe RecordBatchPatch.updateCRC(of: batch)
    }
}
