import KafkaClient
import Testing

@Suite("Frame buffer")
struct FrameBufferTests {
    private func prefix(_ length: Int32) -> [UInt8] {
        unsafe withUnsafeBytes(of: length.bigEndian) { unsafe Array($0) }
    }

    private func frame(_ content: [UInt8]) -> [UInt8] {
        prefix(Int32(content.count)) + content
    }

    /// Hands the bytes over in pieces, and returns the frames that come out.
    private func frames(
        of bytes: [UInt8], pieces: Int, capacity: Int = 64, limit: Int = 1 << 20
    ) throws -> [[UInt8]] {
        var buffer = FrameBuffer(capacity: capacity, limit: limit)
        var frames: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            let room = unsafe buffer.room()
            let count = min(room.count, pieces, bytes.count - position)
            #expect(count > 0)
            for index in 0..<count { unsafe room[index] = bytes[position + index] }
            buffer.received(count)
            position += count
            while let frame = unsafe try buffer.nextFrame() { unsafe frames.append(Array(frame)) }
        }
        return frames
    }

    @Test("a buffer that gave its memory back takes frames as a new one does")
    func released() throws {
        var buffer = FrameBuffer(capacity: 64, limit: 1000)
        for content: [UInt8] in [[1, 2, 3], [4]] {
            let bytes = frame(content)
            let room = unsafe buffer.room()
            #expect(room.count == 64)
            for index in bytes.indices { unsafe room[index] = bytes[index] }
            buffer.received(bytes.count)
            let taken = unsafe try buffer.nextFrame().map { unsafe Array($0) }
            #expect(taken == content)
            buffer.release()
        }
    }

    @Test("frames come out whole, in whatever pieces they arrive", arguments: [1, 2, 3, 7, 64, 1000])
    func pieces(count: Int) throws {
        let contents = [0, 1, 5, 60, 61, 200, 3, 0, 999].map { length in
            (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
        }
        #expect(try frames(of: contents.flatMap(frame), pieces: count) == contents)
    }

    @Test("a long frame is received to its end and no further, so that none behind it has to be moved")
    func longFrame() throws {
        var buffer = FrameBuffer(capacity: 256 << 10, limit: 1 << 20)
        let head = frame([UInt8](repeating: 1, count: 200_000))[..<100]
        let room = unsafe buffer.room()
        for index in 0..<100 { unsafe room[index] = head[index] }
        buffer.received(100)
        let early = unsafe try buffer.nextFrame()
        #expect(unsafe early == nil)
        let rest = unsafe buffer.room().count
        #expect(rest == 200_004 - 100)
    }

    @Test("a negative or too great length is an error before room is made for it", arguments: [-1, 1001] as [Int32])
    func lengths(length: Int32) {
        #expect(throws: FrameBuffer.LengthError.self) { try frames(of: prefix(length), pieces: 4, limit: 1000) }
    }
}
