internal import LinuxKernel

/// The same blocks as one loop would move, by several of them side by side: what the device does when it
/// never waits for the next call.
final class DeviceLanes {
    static let count = 4

    enum Direction: Sendable {
        case read, write
    }

    /// One loop, with memory of its own. Its thread alone uses it between the start and the join.
    private final class Lane: @unchecked Sendable {
        let pieces: Pieces
        let file: PlainFile
        var failure: SystemError?

        init(_ file: PlainFile, blockByteCount: Int, numbers: some Sequence<Int>) {
            let block = TouchedBuffer(byteCount: blockByteCount)
            pieces = Pieces(memoryOf: block)
            self.file = file
            for number in numbers { unsafe pieces.append(block.bytes, at: number * blockByteCount) }
        }

        func run(_ direction: Direction) {
            do throws(SystemError) {
                switch direction {
                case .read: try file.read(pieces)
                case .write: try file.write(pieces)
                }
            } catch {
                failure = error
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
        var threads: [KernelThread] = []
        // Those that were started are waited for, whatever becomes of the others.
        defer { for thread in threads { thread.join() } }
        for lane in lanes { threads.append(try KernelThread(name: "plain-device") { lane.run(direction) }) }
        for thread in threads { thread.join() }
        threads = []
        for lane in lanes {
            if let failure = lane.failure { throw failure }
        }
    }
}
