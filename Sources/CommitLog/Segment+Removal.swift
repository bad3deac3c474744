internal import LinuxKernel

extension Segment {
    /// How the name of a retired segment's log file ends; no log is opened from it.
    static let retiredSuffix = ".retired"

    /// Takes the log file out of the log, but keeps it to be written over; nobody reads it.
    ///
    /// - Returns: Its new path.
    func retireFile() throws(SystemError) -> String {
        let retired = path + Self.retiredSuffix
        try Directory.rename(path, to: retired)
        try removeIndexes()
        try SegmentStart.remove(for: self)
        return retired
    }

    /// Unlinks the index files.
    func removeIndexes() throws(SystemError) {
        for path in [index.path, timeIndex.path] where try Directory.exists(path) {
            try Directory.unlinkFile(path)
        }
    }

    /// Removes the segment's files; readers that hold it go on.
    func removeFiles() throws(SystemError) {
        try keepOpen()
        for path in [path, index.path, timeIndex.path] where try Directory.exists(path) {
            try Directory.unlinkFile(path)
        }
        try SegmentStart.remove(for: self)
    }
}
