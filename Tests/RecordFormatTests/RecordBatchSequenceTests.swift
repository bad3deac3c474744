import Compression
import RecordFormat
import Testing

@Suite("Batches in a row")
struct RecordBatchSequenceTests {
    private func walk(_ bytes: [UInt8]) throws -> (offsets: [Int64], position: Int) {
        try unsafe bytes.withUnsafeBytes {
            var batches = unsafe RecordBatchSequence($0)
            var offsets: [Int64] = []
            while let batch = try batches.next() { offsets.append(batch.header.baseOffset) }
            return (offsets, batches.position)
        }
    }

    @Test("are found one after another; one that is cut off, at whatever byte, is left")
    func partial() throws {
        let first = try encode(variedRecords, baseOffset: 0)
        let second = try encode(Array(variedRecords[..<2]), codec: .lz4, baseOffset: 4)
        for cut in 0...second.count {
            let found = try walk(first + second[..<cut])
            #expect(found.offsets == (cut == second.count ? [0, 4] : [0]))
            #expect(found.position == (cut == second.count ? first.count + second.count : first.count))
        }
    }

    @Test("of no bytes are none")
    func empty() throws {
        #expect(try walk([]).offsets.isEmpty)
    }

    @Test("end with an error at one that is malformed")
    func malformed() throws {
        let first = try encode(variedRecords)
        let zeros = [UInt8](repeating: 0, count: 4_096)
        try unsafe (first + zeros).withUnsafeBytes {
            var batches = unsafe RecordBatchSequence($0)
            try #require(try batches.next() != nil)
            #expect(throws: RecordBatchError.self) { _ = try batches.next() }
            #expect(batches.position == first.count)
        }
    }
}
