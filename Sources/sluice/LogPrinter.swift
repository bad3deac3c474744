internal import CommitLog
internal import Foundation
internal import RecordFormat

/// Prints what lies in a log, as text for people or as one JSON object a line for programs.
struct LogPrinter {
    private let isJSON: Bool
    private let encoder = JSONEncoder()

    init(isJSON: Bool) throws {
        self.isJSON = isJSON
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
    }

    private struct SegmentLine: Encodable {
        var type = "segment"
        var path: String
        var baseOffset: Int64
        var lengthBytes: Int
        var startPosition: Int
        var slotBytes: Int?
    }

    private struct BatchLine: Encodable {
        var type = "batch"
        var position: Int
        var sizeBytes: Int
        var baseOffset: Int64
        var lastOffset: Int64
        var records: Int32
        var codec: String
        var timestampType: String
        var baseTimestampMs: Int64
        var maxTimestampMs: Int64
        var leaderEpoch: Int32
        var producerId: Int64
        var producerEpoch: Int16
        var baseSequence: Int32
        var isTransactional: Bool
        var isControl: Bool
        var crc: UInt32
        var crcIsValid: Bool
        var problem: String?
    }

    private struct RecordLine: Encodable {
        struct Header: Encodable {
            var key: String
            var value: Data?
        }

        var type = "record"
        var offset: Int64
        var timestampMs: Int64
        /// Keys and values are bytes, and JSON has them in base64.
        var key: Data?
        var value: Data?
        var headers: [Header]
    }

    private struct IndexLine: Encodable {
        var type: String
        var offset: Int64
        var position: Int?
        var timestampMs: Int64?
        var agreesWithLog: Bool?
    }

    private struct ProblemLine: Encodable {
        var type = "problem"
        var reason: String
        var position: Int?
        var droppedBytes: Int?
    }

    private struct ZeroTailLine: Encodable {
        var type = "zero_tail"
        var sizeBytes: Int
    }

    func print(segment path: String, baseOffset: Int64, length: Int, start: Int, slotBytes: Int?) throws {
        if isJSON {
            return try json(
                SegmentLine(
                    path: path, baseOffset: baseOffset, lengthBytes: length, startPosition: start,
                    slotBytes: slotBytes))
        }
        let trimmed = start > 0 ? ", kept from position \(start)" : ""
        let slots = slotBytes.map { ", slots of \($0) bytes" } ?? ""
        Swift.print("segment \(path): base offset \(baseOffset), \(length) bytes\(trimmed)\(slots)")
    }

    func print(_ batch: InspectedBatch) throws {
        let header = batch.header
        if isJSON {
            return try json(
                BatchLine(
                    position: batch.position, sizeBytes: batch.byteCount, baseOffset: header.baseOffset,
                    lastOffset: header.lastOffset, records: header.recordCount, codec: "\(header.codec)",
                    timestampType: header.timestampType == .createTime ? "CreateTime" : "LogAppendTime",
                    baseTimestampMs: header.baseTimestamp, maxTimestampMs: header.maxTimestamp,
                    leaderEpoch: header.partitionLeaderEpoch, producerId: header.producerId,
                    producerEpoch: header.producerEpoch, baseSequence: header.baseSequence,
                    isTransactional: header.isTransactional, isControl: header.isControl, crc: header.crc,
                    crcIsValid: batch.crcIsValid, problem: batch.problem))
        }
        let producer =
            header.producerId == RecordBatchHeader.noProducer
            ? "" : "  producer \(header.producerId)/\(header.producerEpoch) from \(header.baseSequence)"
        let marks = (header.isTransactional ? "  transactional" : "") + (header.isControl ? "  control" : "")
        Swift.print(
            "  batch at \(batch.position): offsets \(header.baseOffset)–\(header.lastOffset)"
                + "  \(header.recordCount) records  \(batch.byteCount) bytes  \(header.codec)"
                + "  \(Self.time(header.maxTimestamp))\(producer)\(marks)"
                + "  CRC \(String(header.crc, radix: 16)) \(batch.crcIsValid ? "valid" : "WRONG")"
                + (batch.problem.map { "  PROBLEM: \($0)" } ?? ""))
    }

    func print(_ record: InspectedRecord) throws {
        if isJSON {
            return try json(
                RecordLine(
                    offset: record.offset, timestampMs: record.timestamp, key: record.key.map { Data($0) },
                    value: record.value.map { Data($0) },
                    headers: record.headers.map {
                        .init(key: String(decoding: $0.key, as: UTF8.self), value: $0.value.map { Data($0) })
                    }))
        }
        let headers = record.headers.map { " \(Self.text($0.key))=\(Self.text($0.value))" }.joined()
        Swift.print(
            "    record \(record.offset)  \(Self.time(record.timestamp))  key \(Self.text(record.key))"
                + "  value \(Self.text(record.value))" + (headers.isEmpty ? "" : "  headers\(headers)"))
    }

    func print(_ entry: InspectedOffset) throws {
        if isJSON {
            return try json(
                IndexLine(
                    type: "offset_index_entry", offset: entry.offset, position: entry.position,
                    agreesWithLog: entry.agreesWithLog))
        }
        Swift.print(
            "  index: offset \(entry.offset) at position \(entry.position)"
                + (entry.agreesWithLog ? "" : "  PROBLEM: no such batch there"))
    }

    func print(_ entry: InspectedTimestamp) throws {
        if isJSON {
            return try json(
                IndexLine(type: "time_index_entry", offset: entry.offset, timestampMs: entry.timestamp))
        }
        Swift.print("  time index: \(Self.time(entry.timestamp)) up to offset \(entry.offset)")
    }

    func print(zeroTail byteCount: Int) throws {
        if isJSON { return try json(ZeroTailLine(sizeBytes: byteCount)) }
        Swift.print("  \(byteCount) bytes of zeros behind the last batch, as preallocation leaves them")
    }

    func print(_ damage: Segment.Damage) throws {
        if isJSON {
            return try json(
                ProblemLine(reason: damage.reason, position: damage.position, droppedBytes: damage.droppedBytes))
        }
        let action =
            damage.droppedBytes > 0
            ? "; a recovery keeps \(damage.droppedBytes) bytes from there on beside the log" : ""
        Swift.print("  DAMAGE at position \(damage.position): \(damage.reason)\(action)")
    }

    func print(problem: String) throws {
        if isJSON { return try json(ProblemLine(reason: problem)) }
        Swift.print("  PROBLEM: \(problem)")
    }

    private func json(_ line: some Encodable) throws {
        Swift.print(String(decoding: try encoder.encode(line), as: UTF8.self))
    }

    /// A timestamp in UTC; one that no calendar has is shown as its number.
    private static func time(_ milliseconds: Int64) -> String {
        guard (0...253_402_300_799_999).contains(milliseconds) else { return "\(milliseconds) ms" }
        // Whole seconds are exact in a double, and the formatter cuts fractions that are not.
        let seconds = Date(timeIntervalSince1970: Double(milliseconds / 1000)).formatted(.iso8601)
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        return "\(seconds.dropLast()).\(fraction)Z"
    }

    /// Bytes as people can read them: quoted text with escapes, cut after 80 characters.
    private static func text(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "null" }
        let shown = String(decoding: bytes.prefix(80), as: UTF8.self).unicodeScalars
            .map { $0.escaped(asASCII: false) }.joined()
        return "\"\(shown)\"" + (bytes.count > 80 ? "… (\(bytes.count) bytes)" : "")
    }
}
