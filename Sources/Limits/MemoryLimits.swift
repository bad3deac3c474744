internal import CPlainLoops
internal import LinuxKernel
internal import RecordFormat
internal import Results

/// What touches memory alone.
enum MemoryLimits {
    static let copy = LimitComponent(
        "memory-copy", "copy 32 MiB from memory to memory: a limit only", unit: .bytesPerSecond
    ) { surroundings in
        let byteCount = 32 << 20
        let source = TouchedBuffer(byteCount: byteCount)
        let target = TouchedBuffer(byteCount: byteCount)
        return try LimitTrial(
            repeating: Double(byteCount), by: .cpu, scale: surroundings.scale, ours: nil,
            plain: { unsafe plain_copy(target.bytes.baseAddress, source.bytes.baseAddress, byteCount, $0) })
    }

    static let checksum = LimitComponent(
        "crc-32c", "CRC-32C of 64 KiB; plain: ISA-L from C", unit: .bytesPerSecond, target: .ratio(atLeast: 0.95)
    ) { surroundings in
        let payload = try Payload(surroundings.seed)
        return try LimitTrial(
            repeating: Double(payload.byteCount), by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                var checksum: UInt32 = 0
                for _ in 0..<repetitions { checksum = unsafe CRC32C.checksum(of: payload.bytes) }
                try check(checksum, payload)
            },
            plain: { repetitions in
                try check(unsafe plain_crc32c(payload.bytes.baseAddress, payload.byteCount, repetitions), payload)
            })
    }

    /// Both sides give what the encoder wrote into the batch's header, or the times mean nothing.
    private static func check(_ checksum: UInt32, _ payload: Payload) throws {
        guard checksum == payload.checksum else {
            throw UnlikeWork("crc-32c", ours: "\(payload.checksum)", plain: "\(checksum)")
        }
    }
}

/// 64 KiB as a producer sends them: records of 1 KiB of which a codec can remove about half.
@safe
final class Payload {
    private let pool: BatchPool
    /// What the CRC of a batch covers.
    let bytes: UnsafeRawBufferPointer
    let byteCount: Int
    let checksum: UInt32

    init(_ seed: UInt64) throws {
        pool = try BatchPool(batchByteCount: 64 << 10, recordByteCount: 1 << 10, count: 1, seed: seed)
        let batch = unsafe UnsafeRawBufferPointer(pool[0])
        unsafe bytes = UnsafeRawBufferPointer(rebasing: batch[RecordBatchHeader.Position.attributes...])
        byteCount = unsafe bytes.count
        checksum = unsafe try RecordBatch(parsing: batch).header.crc
    }
}
