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
}
