internal import LinuxKernel

/// A sorted array of entries in memory, and the file that holds them.
///
/// The file is written in pieces of 4 KiB and whole when the segment is closed; it is open only while it is read or written,
/// so an index costs no descriptor. After a crash it is rebuilt from the log, so nothing rests on it.
struct IndexFile<Entry: IndexEntry>: Sendable {
    let path: String
    private(set) var entries: [Entry] = []
    /// How many entries the file holds.
    private var persistedCount = 0

    init(path: String) {
        self.path = path
    }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
    }

    /// Forgets the entries from `count` on.
    mutating func truncate(to count: Int) {
        guard count < entries.count else { return }
        entries.removeSubrange(count...)
        persistedCount = min(persistedCount, count)
    }

    /// Removes entries; the file is written anew when the index is persisted next.
    mutating func removeEntries(where isUnwanted: (Entry) -> Bool) {
        entries.removeAll(where: isUnwanted)
        persistedCount = 0
    }

    /// The same index with other entries; nil leaves one out.
    func mapped(_ transform: (Entry) -> Entry?) -> IndexFile {
        var result = IndexFile(path: path)
        result.entries = entries.compactMap(transform)
        return result
    }

    /// Writes what the file does not have yet, once it is worth a call.
    mutating func persistWhenWorthwhile() throws(SystemError) {
        let pieceByteCount = 4096
        if (entries.count - persistedCount) * Entry.byteCount >= pieceByteCount { try persist() }
    }

    /// Writes what the file does not have yet, and makes the file when there is none.
    mutating func persist() throws(SystemError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((entries.count - persistedCount) * Entry.byteCount)
        for entry in entries[persistedCount...] { entry.encode(into: &bytes) }
        let file = try File(path, .create)
        unsafe try file.writeAll(bytes.span.bytes, at: persistedCount * Entry.byteCount)
        let byteCount = entries.count * Entry.byteCount
        if try file.size().length != byteCount { try file.truncate(to: byteCount) }
        persistedCount = entries.count
    }

    /// Reads the file's entries; false when it is missing or its length is not one that an index can have.
    mutating func load() throws(SystemError) -> Bool {
        guard try Directory.exists(path) else { return false }
        let file = try File(path, .readOnly)
        let byteCount = try file.size().length
        guard byteCount.isMultiple(of: Entry.byteCount) else { return false }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard try file.readAll(into: &bytes) == byteCount else { return false }
        entries = stride(from: 0, to: byteCount, by: Entry.byteCount).map {
            Entry(decoding: bytes[$0..<$0 + Entry.byteCount])
        }
        persistedCount = entries.count
        return true
    }

    /// The last entry whose key is not above `key`; nil when there is none.
    func lastEntry(notAbove key: Entry.Key) -> Entry? {
        let count = entries.partitioningIndex { $0.key > key }
        return count == 0 ? nil : entries[count - 1]
    }

    /// The first entry whose key is not below `key`; nil when there is none.
    func firstEntry(notBelow key: Entry.Key) -> Entry? {
        let index = entries.partitioningIndex { $0.key >= key }
        return index == entries.count ? nil : entries[index]
    }
}
