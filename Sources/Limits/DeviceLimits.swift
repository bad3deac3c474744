internal import LinuxKernel
internal import Results
internal import Statistics

/// Direct I/O, past the page cache: what the device does, through the kernel wrappers and without them.
///
/// The file is written once before, so that no sample pays for allocation; writes overwrite it.
enum DeviceLimits {
    enum Order: Sendable {
        case sequential, random
    }

    static let sequentialWrites = write(
        "device-write-sequential-1MiB", blockByteCount: 1 << 20, order: .sequential)
    static let sequentialReads = read("device-read-sequential-1MiB", blockByteCount: 1 << 20, order: .sequential)

    /// What bounds a run's figures: the kernel reads ahead and writes back many blocks at a time, so a loop that waits
    /// for each of its blocks is no bound.
    static let writesInFlight = inFlight("device-write-1MiB", "overwrite an allocated file", .write)
    static let readsInFlight = inFlight("device-read-1MiB", "read a file", .read)

    private static func inFlight(
        _ name: String, _ deed: String, _ direction: DeviceLanes.Direction
    ) -> LimitComponent {
        let count = DeviceLanes.count
        return LimitComponent(
            "\(name)-\(count)-in-flight", "\(deed) with O_DIRECT, \(count) threads with a MiB each: a limit only",
            unit: .bytesPerSecond, usesFiles: true
        ) { surroundings in
            let bench = try Bench.make(surroundings, blockByteCount: 1 << 20, order: .sequential)
            let lanes = DeviceLanes(bench.plain, blockByteCount: 1 << 20, blockCount: unsafe bench.pieces.all.count)
            return LimitTrial(
                work: Double(bench.pieces.byteCount), ours: nil,
                plain: { try Stopwatch.wall.time { try lanes.run(direction) } })
        }
    }

    static func write(_ name: String, blockByteCount: Int, order: Order) -> LimitComponent {
        LimitComponent(
            name, "overwrite an allocated file with O_DIRECT; plain: pwrite", unit: .bytesPerSecond, usesFiles: true
        ) { surroundings in
            let bench = try Bench.make(surroundings, blockByteCount: blockByteCount, order: order)
            return LimitTrial(
                work: Double(bench.pieces.byteCount),
                ours: { try Stopwatch.wall.time { try bench.write() } },
                plain: { try Stopwatch.wall.time { try bench.plain.write(bench.pieces) } })
        }
    }

    static func read(_ name: String, blockByteCount: Int, order: Order) -> LimitComponent {
        LimitComponent(name, "read a file with O_DIRECT; plain: pread", unit: .bytesPerSecond, usesFiles: true) {
            surroundings in
            let bench = try Bench.make(surroundings, blockByteCount: blockByteCount, order: order)
            return LimitTrial(
                work: Double(bench.pieces.byteCount),
                ours: { try Stopwatch.wall.time { try bench.read() } },
                plain: { try Stopwatch.wall.time { try bench.plain.read(bench.pieces) } })
        }
    }

    /// A file of one sample's size, open on both sides, and the blocks of a sample.
    private final class Bench {
        /// Single blocks at random places take the device so long that fewer of them must do.
        private static let mostRandomBlocks = 512

        let shared: SharedFile
        let plain: PlainFile
        let pieces: Pieces

        private init(_ surroundings: LimitSurroundings, blockByteCount: Int, order: Order) throws(SystemError) {
            let path = surroundings.directory + "/blocks"
            let block = TouchedBuffer(byteCount: blockByteCount)
            pieces = Pieces(memoryOf: block)
            shared = try SharedFile(path, options: .direct)
            plain = try PlainFile(path, direct: true)
            var numbers = Array(0..<max(1, surroundings.scale.deviceByteCount / blockByteCount))
            for number in numbers {
                unsafe try shared.file.writeAll(UnsafeRawBufferPointer(block.bytes), at: number * blockByteCount)
            }
            try shared.file.sync()
            if order == .random {
                var generator = SeededGenerator(seed: surroundings.seed)
                numbers.shuffle(using: &generator)
                numbers = Array(numbers.prefix(Self.mostRandomBlocks))
            }
            for number in numbers { unsafe pieces.append(block.bytes, at: number * blockByteCount) }
        }

        static func make(_ surroundings: LimitSurroundings, blockByteCount: Int, order: Order) throws -> Bench {
            do throws(SystemError) {
                return try Bench(surroundings, blockByteCount: blockByteCount, order: order)
            } catch {
                guard error.name == "EINVAL" else { throw error }
                throw LimitUnavailable(reason: "the file system does not take O_DIRECT: \(error)")
            }
        }

        func write() throws(SystemError) {
            for index in unsafe pieces.all.indices {
                let piece = unsafe pieces[index]
                unsafe try shared.file.writeAll(UnsafeRawBufferPointer(piece.bytes), at: piece.position)
            }
        }

        func read() throws(SystemError) {
            for index in unsafe pieces.all.indices {
                let piece = unsafe pieces[index]
                _ = unsafe try shared.file.readAll(into: piece.bytes, at: piece.position)
            }
        }
    }
}
