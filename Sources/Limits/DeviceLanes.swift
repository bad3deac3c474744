internal import LinuxKernel

/// The same blocks as one loop would move, by several of them side by side: what the device does when it
/// never waits for the next call.
final class DeviceLanes {
    static let count = 4

    enum Direction: Sendable {
        case read, write
    }

    /// One loop, with memory of its own. Its thread alone uses it while it runs.
    private final class Lane: @unchecked Sendable {
        let pieces: Pieces
        let file: PlainFile

        init(_ file: PlainFile, blockByteCount: Int, numbers: some Sequence<Int>) {
            let block = TouchedBuffer(byteCount: blockByteCount)
            pieces = Pieces(memoryOf: block)
            self.file = file
            for number in numbers { unsafe pieces.append(block.bytes, at: number * blockByteCount) }
        }

        func run(_ direction: Direction) throws(SystemError) {
            switch direction {
            case .read: try file.read(pieces)
            case .write: try file.write(pieces)
            }
        }
    }

    private let lanes: [Lane]

    /// - Parameter blockCount: How many blocks of the file are moved, from its beginning.
    init(_ file: PlainFile, blockByteCount: Int, blockCount: Int) {
        lanes = (0..<Self.count).map { lane in
            Lane(
                file, blockByteCount: blockByteCount, numbers: stride(from: lane, to: blockCount, by: Self.count))
        }
    }

    func run(_ direction: Direction) throws(SystemError) {
        _ = try KernelThread.map(lanes, name: "plain-device") { (lane) throws(SystemError) in try lane.run(direction) }
    }
}
