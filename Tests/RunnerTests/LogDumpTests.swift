import Foundation
import LinuxKernel
import Testing

@Suite("`sluice log dump`")
struct LogDumpTests {
    private static let name = "00000000000000000000.log"

    private func log(_ bytes: [UInt8], in scratch: Scratch) throws -> URL {
        let directory = scratch.url.appending(path: "t-0")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try Data(bytes).write(to: directory.appending(path: Self.name))
        return directory
    }

    /// The header of a batch of one record of that time in milliseconds; the record is missing, and the checksum is wrong.
    private static func header(_ offset: Int64, _ timestamp: Int64) -> [UInt8] {
        func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.bigEndian) { unsafe Array($0) }
        }
        let head: [[UInt8]] = [
            big(offset), big(Int32(49)), big(Int32(0)), [2], big(UInt32(0)), big(Int16(0)), big(Int32(0)),
        ]
        let tail: [[UInt8]] = [
            big(timestamp), big(timestamp), big(Int64(-1)), big(Int16(-1)), big(Int32(-1)), big(Int32(1)),
        ]
        return (head + tail).flatMap { $0 }
    }

    @Test("shows every millisecond as it is")
    func milliseconds() throws {
        let times = (0..<1000).map { 1_700_000_000_000 + Int64($0) } + [0, 1, 951_782_400_999, 253_402_300_799_999, -1]
        let scratch = try Scratch()
        let directory = try log(times.enumerated().flatMap { Self.header(Int64($0), $1) }, in: scratch)
        let lines = try Sluice.run(["log", "dump", directory.path], in: scratch).output.split(separator: "\n")
            .filter { $0.hasPrefix("  batch") }
        let milliseconds = (0..<1000).map { "2023-11-14T22:13:20.\(String($0 + 1000).dropFirst())Z" }
        let others = [
            "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z", "2000-02-29T00:00:00.999Z",
            "9999-12-31T23:59:59.999Z", "-1 ms",
        ]
        #expect(lines.count == times.count)
        for (line, expected) in zip(lines, milliseconds + others) { #expect(line.contains("  \(expected)  CRC")) }
    }

    @Test("says what a start would keep beside the log, and changes nothing")
    func rehearses() throws {
        let scratch = try Scratch()
        let bytes = Self.header(0, 5) + [1, 2, 3]
        let directory = try log(bytes, in: scratch)
        for path in [directory, directory.appending(path: Self.name)] {
            let ending = try Sluice.run(["log", "dump", path.path], in: scratch)
            #expect(ending.code == 1)
            #expect(ending.output.contains("PROBLEM: its CRC-32C is wrong"), "\(ending)")
            #expect(ending.output.contains("DAMAGE at position 0: record batch: the CRC-32C"), "\(ending)")
            #expect(ending.output.contains("a recovery keeps 64 bytes from there on beside the log"), "\(ending)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [Self.name])
        #expect(try Data(contentsOf: directory.appending(path: Self.name)) == Data(bytes))
    }
}
