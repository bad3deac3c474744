internal import LinuxKernel

/// Looks into a log as it lies on disk: takes no lock, repairs nothing, writes nothing. A log that is being written may
/// look torn at its end.
package enum LogInspector {
    /// The log files that a path names: the file itself, or those of a partition's directory in order of their offsets.
    ///
    /// ENOENT when there is no such path; `incompatible` when a directory holds no log file.
    package static func segmentPaths(at path: String) throws(LogError) -> [String] {
        let names = try kernel { () throws(SystemError) in
            // ENOENT for a path that does not exist, before anything else is said about it.
            _ = try FileIdentity(of: path)
            return try Directory.isDirectory(path) ? try Directory.names(in: path) : nil
        }
        guard let names else { return [path] }
        let segments = names.filter { Segment.baseOffset(ofFileNamed: $0) != nil }
        guard !segments.isEmpty else {
            throw .incompatible(path: path, reason: "no log file; expected a partition's directory, such as topic-0")
        }
        return segments.map { path + "/" + $0 }
    }

    /// What a recovery that reads all of a log would do, by running it without changing a file: nothing where the list
    /// is empty. Of a path to one file it is that file by itself.
    ///
    /// `incompatible` when no start would open the log, with the reason.
    package static func rehearseRecovery(at path: String) throws(LogError) -> [Segment.Damage] {
        if try kernel({ () throws(SystemError) in try Directory.isDirectory(path) }) {
            return try PartitionLog.rehearseRecovery(of: path, segment: nil)
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let directory = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/")
        return try PartitionLog.rehearseRecovery(
            of: directory, segment: parts.last.flatMap { Segment.baseOffset(ofFileNamed: String($0)) })
    }
}
