/// Why bytes could not be compressed or decompressed.
package enum CompressionError: Error, Equatable, Sendable {
    /// The input ends before the compressed stream does.
    case truncated(CodecID)
    /// The input is not what the codec writes; `reason` is the library's or the format's.
    case corrupt(CodecID, reason: String)
    /// Bytes follow the end of the compressed stream.
    case trailingBytes(CodecID, count: Int)
    /// The output would be longer than the caller allows. Nothing beyond the limit was allocated.
    case limitExceeded(CodecID, limit: Int)
    /// The input is longer than a Kafka batch can be (2 GiB).
    case inputTooLong(CodecID, count: Int)
    /// The room given for the output is below the compressor's bound.
    case roomTooSmall(CodecID, needed: Int, available: Int)
    /// The codec has no such level.
    case levelOutOfRange(CodecID, level: Int, levels: ClosedRange<Int>?)
    /// No codec has this number.
    case unknownCodec(CodecID)
    /// The library refused a valid request.
    case libraryFailed(CodecID, call: String, reason: String)
}

extension CompressionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let codec):
            "\(codec): the compressed bytes end too early"
        case .corrupt(let codec, let reason):
            "\(codec): the compressed bytes are corrupt: \(reason)"
        case .trailingBytes(let codec, let count):
            "\(codec): \(count) bytes follow the end of the compressed stream"
        case .limitExceeded(let codec, let limit):
            "\(codec): the bytes decompress to more than the limit of \(limit) bytes"
        case .inputTooLong(let codec, let count):
            "\(codec): \(count) bytes are more than one batch can hold (\(Int32.max))"
        case .roomTooSmall(let codec, let needed, let available):
            "\(codec): compressing needs room for \(needed) bytes, \(available) were given"
        case .levelOutOfRange(let codec, let level, .some(let levels)):
            "\(codec): level \(level) is outside \(levels.lowerBound) to \(levels.upperBound)"
        case .levelOutOfRange(let codec, let level, .none):
            "\(codec): level \(level) was asked for, but the codec has no levels"
        case .unknownCodec(let codec):
            "no codec has the number \(codec.rawValue)"
        case .libraryFailed(let codec, let call, let reason):
            "\(codec): \(call) failed: \(reason)"
        }
    }
}
