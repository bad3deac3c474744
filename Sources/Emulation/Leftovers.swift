internal import Foundation
internal import LinuxKernel

/// What Sluice made on this machine that does not go with the process that made it, and its removal.
///
/// Mounts, namespaces, bridges and what is behind loop devices belong to the processes that use them, so the kernel
/// removes them with those, however they end. What stays is the file, a loop device's rule in the kernel's throttle,
/// and control groups. They are written down, in a file for each owner, before they are made; after a leg and at the
/// start of a run those of owners that are not running any more are removed, and nothing else.
package struct Leftovers: Sendable {
    /// One thing that its owner made.
    package enum Thing: Sendable, Codable, Hashable {
        /// A file behind a loop device, and the device's limits in the throttle, per second; 0 where there is none.
        case disk(loop: Int, image: String, bytes: Int, operations: Int)
        /// A control group.
        case group(String)
    }

    /// Where the records are: emptied when the machine starts, as what they are about is.
    package static let machine = Leftovers(directory: "/run/sluice")

    private let directory: String
    private static let suffix = ".made"
    /// How long the kernel may take to let go of what a process that has ended used: its last bytes must be written.
    private static let patience: Int64 = 30_000_000_000

    package init(directory: String) {
        self.directory = directory
    }

    // MARK: Records

    /// Writes down that the owner is about to make a thing.
    func note(_ thing: Thing, of owner: ProcessIdentity) throws {
        try locked {
            let things = try read(owner)
            if !things.contains(thing) { try write(things + [thing], of: owner) }
        }
    }

    /// The owner has removed the thing, or did not make it after all.
    func forget(_ thing: Thing, of owner: ProcessIdentity) throws {
        try locked { try write(read(owner).filter { $0 != thing }, of: owner) }
    }

    private func path(of owner: ProcessIdentity) -> String {
        "\(directory)/\(owner.number)-\(owner.startTicks)\(Self.suffix)"
    }

    private func read(_ owner: ProcessIdentity) throws -> [Thing] {
        guard try Directory.exists(path(of: owner)) else { return [] }
        return try JSONDecoder().decode([Thing].self, from: Data(try TextFile.read(path(of: owner)).utf8))
    }

    private func write(_ things: [Thing], of owner: ProcessIdentity) throws {
        if things.isEmpty {
            if try Directory.exists(path(of: owner)) { try Directory.unlinkFile(path(of: owner)) }
        } else {
            try TextFile.replace(
                path(of: owner), with: String(decoding: try JSONEncoder().encode(things), as: UTF8.self))
        }
    }

    private func owners() throws -> [ProcessIdentity] {
        try Directory.names(in: directory).compactMap { name in
            let parts = name.dropLast(Self.suffix.count).split(separator: "-")
            guard name.hasSuffix(Self.suffix), parts.count == 2, let number = Int32(parts[0]),
                let ticks = UInt64(parts[1])
            else { return nil }
            return ProcessIdentity(number: number, startTicks: ticks)
        }
    }

    private func locked<Result>(_ body: () throws -> Result) throws -> Result {
        try Directory.create(directory)
        let lock = try File(directory + "/.lock", .create)
        // Held for milliseconds, but for a removal that waits for the kernel.
        let deadline = MonotonicClock.now() + 2 * Self.patience
        while try !lock.tryLock() {
            guard MonotonicClock.now() < deadline else {
                throw EmulationError("\(directory)/.lock is held by another process for a minute; end that process")
            }
            MonotonicClock.sleep(nanoseconds: 5_000_000)
        }
        return try body()
    }

    // MARK: Removal

    /// Removes what owners left that are not running any more.
    ///
    /// - Returns: What was removed, in words.
    @discardableResult
    package func remove() throws -> [String] {
        guard try Directory.exists(directory) else { return [] }
        return try locked {
            let owners = try owners()
            // A device that an owner who is gone used may have another one by now.
            let taken = Set(try owners.filter(\.isRunning).flatMap(read).compactMap(\.loop))
            var removed: [String] = []
            for owner in owners where !owner.isRunning {
                let things = try read(owner)
                // Without the limit, what is left to be written does not take long.
                for case .disk(let loop, _, let bytes, let operations) in things where !taken.contains(loop) {
                    // Whoever has the device by now must not have them either, but may have others.
                    try BlockThrottle.clear(
                        LoopDevice.device(loop), ifBytes: bytes, ifOperations: operations)
                }
                for thing in things { removed += try Self.remove(thing, unless: taken) }
                try write([], of: owner)
            }
            return removed
        }
    }

    private static func remove(_ thing: Thing, unless taken: Set<Int>) throws -> [String] {
        switch thing {
        case .disk(let loop, let image, _, _):
            if try Directory.exists(image) { try Directory.unlinkFile(image) }
            guard !taken.contains(loop), try isFree(loop, but: image) else { return [] }
            guard try !isReleased(loop, image) else { return ["the limits of \(LoopDevice.path(loop))"] }
            try LoopDevice.clear(loop)
            return ["\(LoopDevice.path(loop)) on \(image)"]
        case .group(let path):
            guard try Directory.exists(path) else { return [] }
            try ControlGroup.remove(path, patience: patience)
            return [path]
        }
    }

    /// Whether no file but this one is behind the device.
    private static func isFree(_ loop: Int, but image: String) throws(SystemError) -> Bool {
        guard let file = try LoopDevice.backingFile(of: loop) else { return true }
        return file == image || file == image + " (deleted)"
    }

    /// Waits until the kernel has taken the file away from behind the device; false when it does not.
    static func isReleased(_ loop: Int, _ image: String) throws(SystemError) -> Bool {
        let deadline = MonotonicClock.now() + patience
        while try LoopDevice.backingFile(of: loop) != nil, try isFree(loop, but: image) {
            guard MonotonicClock.now() < deadline else { return false }
            MonotonicClock.sleep(nanoseconds: 2_000_000)
        }
        return true
    }
}

extension Leftovers.Thing {
    fileprivate var loop: Int? {
        if case .disk(let loop, _, _, _) = self { loop } else { nil }
    }
}
