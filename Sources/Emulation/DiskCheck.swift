internal import LinuxKernel
internal import Synchronization

/// What emulated disks really do, all of them at once, against what they were asked to do.
package struct DiskCheck: Sendable, Codable, Equatable {
    /// The figures of one disk, per second.
    package struct Figures: Sendable, Codable, Equatable {
        /// Buffered writes of up to 1 MiB, each flushed.
        package var bufferedBytes: Double
        /// Writes past the page cache, of up to 1 MiB.
        package var directBytes: Double
        /// Writes of 4 KiB past the page cache; nil where they are not limited.
        package var operations: Double?
    }

    /// How far off a disk may be; the kernel's throttle works in slices of 100 ms.
    package static let tolerance = 0.10
    /// How often a disk is measured before it is refused: others' work on the machine slows a measurement now and then.
    package static let attempts = 5

    package var asked: DiskSpecification
    package var disks: [Figures]
    package var limiter: String?
    package var usesDirectIO: Bool

    package init(asked: DiskSpecification, disks: [Figures], limiter: String?, usesDirectIO: Bool) {
        self.asked = asked
        self.disks = disks
        self.limiter = limiter
        self.usesDirectIO = usesDirectIO
    }

    /// Makes the disks in a directory, measures them and removes them.
    ///
    /// - Parameter seconds: How long writes of each kind take, at the asked rate.
    package init(
        _ specification: DiskSpecification, count: Int, in directory: String, seconds: Int = 2
    ) throws {
        let disks = try EmulatedDisks(
            specification, at: (1...count).map { "\(directory)/disk-\($0)" })
        let figures = try Self.measure(disks, specification, seconds: seconds)
        self.init(
            asked: specification, disks: figures, limiter: disks.limiter, usesDirectIO: disks.useDirectIO)
        try disks.remove()
    }

    /// Which disk is beyond the tolerance, with its figure; nil when none is.
    package var objection: String? {
        for (index, figures) in disks.enumerated() {
            let disk = "emulated disk \(index + 1) of \(disks.count)"
            if let asked = asked.writeBytesPerSecond.map(Double.init) {
                for (found, how) in [(figures.bufferedBytes, "buffered and flushed"), (figures.directBytes, "direct")]
                where abs(found / asked - 1) > Self.tolerance {
                    return "\(disk) writes \(Self.mebibytes(found)) MiB/s \(how), "
                        + "\(Self.mebibytes(asked)) MiB/s were asked for"
                }
            }
            if let asked = asked.writeOperationsPerSecond, let found = figures.operations,
                abs(found / Double(asked) - 1) > Self.tolerance
            {
                return "\(disk) does \(Int(found)) writes/s, \(asked) were asked for"
            }
        }
        return nil
    }

    private static func mebibytes(_ bytes: Double) -> Double { (bytes / 1_048_576 * 10).rounded() / 10 }

    // MARK: Measuring

    private static func measure(
        _ disks: EmulatedDisks, _ specification: DiskSpecification, seconds: Int
    ) throws -> [Figures] {
        let block = min(1 << 20, disks.largestRequestByteCount)
        return try KernelThread.map(disks.mountPoints, name: "disk check") { mountPoint in
            Result {
                try DiskProbe(mountPoint, specification, blockByteCount: block, seconds: seconds).measure()
            }
        }.map { try $0.get() }
    }
}

/// Measures one disk.
private struct DiskProbe {
    /// How many small writes are under way at a time.
    private static let depth = 8

    let path: String
    let specification: DiskSpecification
    let blockByteCount: Int
    /// What is written: a quarter of a second that is not counted, as the throttle grants more at
    /// first, and then what is.
    let warmBlocks: Int
    let blocks: Int

    init(_ mountPoint: String, _ specification: DiskSpecification, blockByteCount: Int, seconds: Int) {
        path = mountPoint + "/rate-check"
        self.specification = specification
        self.blockByteCount = blockByteCount
        let unlimited = 256 << 20
        let second = min(specification.writeBytesPerSecond ?? unlimited, specification.byteCount / 5)
        warmBlocks = max(1, second / 4 / blockByteCount)
        blocks = max(4, seconds * second / blockByteCount)
    }

    func measure() throws -> DiskCheck.Figures {
        // It goes with its disk if not before; what else went wrong says more.
        defer { try? Directory.unlinkFile(path) }
        let buffered = try bytesPerSecond(File(path, .create), flushes: true)
        let direct = try bytesPerSecond(File(path, .create, options: .direct), flushes: false)
        return DiskCheck.Figures(
            bufferedBytes: buffered, directBytes: direct,
            operations: try specification.writeOperationsPerSecond.map { try operationsPerSecond(limit: $0) })
    }

    private func bytesPerSecond(_ file: consuming File, flushes: Bool) throws -> Double {
        let buffer = AlignedBuffer(byteCount: blockByteCount)
        unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0x5a)
        for block in 0..<warmBlocks {
            unsafe try file.writeAll(UnsafeRawBufferPointer(buffer.bytes), at: block * blockByteCount)
        }
        if flushes { try file.dataSync() }
        let began = MonotonicClock.now()
        for block in warmBlocks..<warmBlocks + blocks {
            unsafe try file.writeAll(UnsafeRawBufferPointer(buffer.bytes), at: block * blockByteCount)
            // One block at a time: the disk would stand idle while the page cache takes them all.
            if flushes { try file.dataSync() }
        }
        return Double(blocks * blockByteCount) / seconds(since: began)
    }

    /// Several writes at a time, so that how long each takes does not matter.
    private func operationsPerSecond(limit: Int) throws -> Double {
        try write(operations: max(1, limit / 4))
        let began = MonotonicClock.now()
        try write(operations: limit)
        return Double(limit) / seconds(since: began)
    }

    private func write(operations: Int) throws {
        let places = (warmBlocks + blocks) * blockByteCount / 4096
        let begun = Atomic(0)
        let path = path
        _ = try KernelThread.map(0..<Self.depth, name: "disk check") { (_) throws(SystemError) in
            let file = try File(path, .create, options: .direct)
            let buffer = AlignedBuffer(byteCount: 4096)
            unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0xa5)
            while true {
                let number = begun.add(1, ordering: .relaxed).oldValue
                guard number < operations else { return }
                // A step that shares no factor with most numbers of places, so that neighbours are far apart.
                let place = number * 7919 % places
                unsafe try file.writeAll(UnsafeRawBufferPointer(buffer.bytes), at: place * 4096)
            }
        }
    }

    private func seconds(since began: Int64) -> Double { Double(MonotonicClock.now() - began) / 1e9 }
}
