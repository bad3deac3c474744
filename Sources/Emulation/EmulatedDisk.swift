internal import LinuxKernel

/// A loop device with a file system of its own and the kernel's limit on its writes, mounted where a
/// log directory shall be.
///
/// The file behind it is allocated at once, so that no write has to.
final class EmulatedDisk {
    let mountPoint: String
    let usesDirectIO: Bool
    let largestRequestByteCount: Int
    private let image: String
    private var loop: LoopDevice?
    private let number: Int
    /// What is written down of it.
    let record: Leftovers.Thing

    /// - Parameters:
    ///   - mountPoint: An empty directory's path; the file behind the disk is made beside it.
    ///   - throttle: Nil where nothing is limited.
    init(
        _ specification: DiskSpecification, at mountPoint: String, throttle: BlockThrottle?, owner: ProcessIdentity,
        leftovers: Leftovers
    ) throws {
        self.mountPoint = mountPoint
        try Directory.create(mountPoint)
        let image = try FileIdentity.resolve(mountPoint) + ".image"
        self.image = image
        let file = try File(image, .createNew)
        try file.allocate(at: 0, byteCount: specification.byteCount)
        let loop = try Self.attach(file, specification, owner: owner, leftovers: leftovers)
        number = loop.number
        record = Self.record(of: loop.number, on: image, specification)
        usesDirectIO = try loop.usesDirectIO()
        largestRequestByteCount = try loop.largestRequestByteCount()
        let system = specification.fileSystem
        let made = try Command.run(system.program, system.options + [loop.path])
        guard made.code == 0 else {
            throw EmulationError("\(system.program) on \(loop.path) ended with \(made.code): \(made.output)")
        }
        // Not before: making the file system is no part of what is measured.
        if let throttle {
            try throttle.limit(
                loop.device, writeBytesPerSecond: specification.writeBytesPerSecond,
                writeOperationsPerSecond: specification.writeOperationsPerSecond)
        }
        try Mount.attach(loop.path, type: system.rawValue, at: mountPoint)
        self.loop = consume loop
    }

    private static func attach(
        _ file: borrowing File, _ specification: DiskSpecification, owner: ProcessIdentity, leftovers: Leftovers
    ) throws -> LoopDevice {
        var attempts = 0
        while true {
            let number = try LoopDevice.free()
            let disk = record(of: number, on: file.path, specification)
            try leftovers.note(disk, of: owner)
            do throws(SystemError) {
                return try LoopDevice(number: number, backing: file)
            } catch {
                // Another process was faster, so the device is its.
                try leftovers.forget(disk, of: owner)
                attempts += 1
                guard error.name == "EBUSY", attempts < 50 else { throw error }
            }
        }
    }

    private static func record(
        of number: Int, on image: String, _ specification: DiskSpecification
    ) -> Leftovers.Thing {
        .disk(
            loop: number, image: image, bytes: specification.writeBytesPerSecond ?? 0,
            operations: specification.writeOperationsPerSecond ?? 0)
    }

    /// Unmounts it, without the limit, and waits until the kernel has let go of all of it.
    func remove() throws {
        try BlockThrottle.clear(LoopDevice.device(number))
        try Mount.detach(mountPoint)
        loop = nil
        try Directory.unlinkFile(image)
        guard try Leftovers.isReleased(number, image) else {
            throw EmulationError("\(LoopDevice.path(number)) is still in use after its disk was unmounted")
        }
    }
}
