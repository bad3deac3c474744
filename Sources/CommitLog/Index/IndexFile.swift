internal import LinuxKernel

/// A sorted array of entries in memory, and the file that holds them.
///
/// The file is written in pieces of 4 KiB and whole when the segment is closed; it is open only while it is read or
/// written, so an index costs no descriptor. What it says is held against the log where it is used, and it can be
/// rebuilt from there, so nothing rests on it.
struct IndexFile<Entry: IndexEntry>: Sendable {
    let path: String
    private(set) var entries: [Entry] = []
    /// How many entries the file is known to hold, from its start.
    private var persistedCount = 0
    /// Whether the file holds these entries and nothing else.
    private(set) var isPersisted = false

    /// An index that is empty in memory, whatever its file holds.
    init(path: String) {
        self.path = path
    }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        isPersisted = false
    }

    /// Removes entries that come before all others; the file is written anew when the index is persisted next.
    mutating func removeFirst(while isUnwanted: (Entry) -> Bool) {
        let count = entries.partitioningIndex { !isUnwanted($0) }
        guard count > 0 else { return }
        entries.removeFirst(count)
        persistedCount = 0
        isPersisted = false
    }

    /// Removes entries that come after all others; the file is cut when the index is persisted next.
    mutating func removeLast(while isUnwanted: (Entry) -> Bool) {
        let count = entries.partitioningIndex { isUnwanted($0) }
        guard count < entries.count else { return }
        entries.removeSubrange(count...)
        persistedCount = min(persistedCount, count)
        isPersisted = false
    }

    /// The same index with other entries.
    func replacingEntries(with entries: [Entry]) -> IndexFile {
        var result = IndexFile(path: path)
        result.entries = entries
        return result
    }

    /// Whether what the file does not have yet is worth a call.
    var isWorthPersisting: Bool { (entries.count - persistedCount) * Entry.byteCount >= 4096 }

    /// Writes what the file does not have yet, and makes the file when there is none.
    mutating func persist() throws(SystemError) {
        guard !isPersisted else { return }
        let file = try File(path, .create)
        let new = entries[persistedCount...]
        if !new.isEmpty {
            let bytes = AlignedBuffer(byteCount: new.count * Entry.byteCount, alignment: 16)
            for (number, entry) in new.enumerated() {
                let start = number * Entry.byteCount
                unsafe entry.encode(
                    into: UnsafeMutableRawBufferPointer(rebasing: bytes.bytes[start..<start + Entry.byteCount]))
            }
            unsafe try file.writeAll(UnsafeRawBufferPointer(bytes.bytes), at: persistedCount * Entry.byteCount)
        }
        let byteCount = entries.count * Entry.byteCount
        if try file.size().length != byteCount { try file.truncate(to: byteCount) }
        persistedCount = entries.count
        isPersisted = true
    }

    /// Reads the file's entries.
    ///
    /// - Parameter limit: The most entries that the log can have; a file with more is none of its.
    /// - Returns: False when the file is missing, or is not a sorted index of at most `limit` entries.
    mutating func load(limit: Int) throws(SystemError) -> Bool {
        self = IndexFile(path: path)
        guard try Directory.exists(path) else { return false }
        let file = try File(path, .readOnly)
        let byteCount = try file.size().length
        guard byteCount.isMultiple(of: Entry.byteCount), byteCount / Entry.byteCount <= limit else { return false }
        let loaded = try Self.read(file, count: byteCount / Entry.byteCount)
        guard loaded.count == byteCount / Entry.byteCount else { return false }
        for (entry, next) in zip(loaded, loaded.dropFirst())
        where entry.key >= next.key || entry.relativeOffset >= next.relativeOffset {
            return false
        }
        entries = loaded
        persistedCount = loaded.count
        isPersisted = true
        return true
    }

    /// The first `count` entries of an index file, whatever they say; fewer when the file is shorter.
    static func read(_ file: borrowing File, count: Int) throws(SystemError) -> [Entry] {
        let bytes = AlignedBuffer(byteCount: count * Entry.byteCount, alignment: 16)
        let whole = unsafe try file.readAll(into: bytes.bytes, at: 0) / Entry.byteCount
        var entries: [Entry] = []
        entries.reserveCapacity(whole)
        for number in 0..<whole {
            let start = number * Entry.byteCount
            unsafe entries.append(
                Entry(decoding: UnsafeRawBufferPointer(rebasing: bytes.bytes[start..<start + Entry.byteCount])))
        }
        return entries
    }

    /// The last entry whose key is not above `key`; nil when there is none.
    func lastEntry(notAbove key: Entry.Key) -> Entry? {
        let count = entries.partitioningIndex { $0.key > key }
        return count == 0 ? nil : entries[count - 1]
    }

    /// The last entry whose key is below `key`; nil when there is none.
    func lastEntry(below key: Entry.Key) -> Entry? {
        let count = entries.partitioningIndex { $0.key >= key }
        return count == 0 ? nil : entries[count - 1]
    }

    /// The first entry whose key is not below `key`; nil when there is none.
    func firstEntry(notBelow key: Entry.Key) -> Entry? {
        let index = entries.partitioningIndex { $0.key >= key }
        return index == entries.count ? nil : entries[index]
    }
}
