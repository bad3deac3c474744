/// What an emulated disk is to be.
package struct DiskSpecification: Sendable, Codable, Hashable {
    /// The file systems that a disk can have.
    package enum FileSystem: String, Sendable, Codable, CaseIterable {
        case ext4, xfs, btrfs

        /// The program that makes it.
        var program: String { "mkfs.\(rawValue)" }

        /// Quietly, and without giving back the blocks that were allocated for the disk; ext4 also writes its inode
        /// tables now instead of in the background.
        var options: [String] {
            switch self {
            case .ext4: ["-q", "-F", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0"]
            case .xfs: ["-q", "-f", "-K"]
            case .btrfs: ["-q", "-f", "-K"]
            }
        }

        /// The Debian package of the program.
        var package: String {
            switch self {
            case .ext4: "e2fsprogs"
            case .xfs: "xfsprogs"
            case .btrfs: "btrfs-progs"
            }
        }
    }

    package var byteCount: Int
    package var fileSystem: FileSystem
    /// Nil is no limit.
    package var writeBytesPerSecond: Int?
    package var writeOperationsPerSecond: Int?

    package init(
        byteCount: Int, fileSystem: FileSystem, writeBytesPerSecond: Int? = nil, writeOperationsPerSecond: Int? = nil
    ) {
        self.byteCount = byteCount
        self.fileSystem = fileSystem
        self.writeBytesPerSecond = writeBytesPerSecond
        self.writeOperationsPerSecond = writeOperationsPerSecond
    }

    /// Whether the kernel's throttle is needed.
    package var isLimited: Bool { writeBytesPerSecond != nil || writeOperationsPerSecond != nil }
}
