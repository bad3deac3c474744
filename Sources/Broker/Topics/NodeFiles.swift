internal import LinuxKernel

/// The small text files that belong to a node as a whole: its topics, its ids. Each log directory has all of them, so
/// that the node can do without any one.
///
/// A directory that was away when something was written is known by the number in its `.generation`: the others count
/// theirs up when one is missing, and the next start copies the files of the highest number over those of lower ones.
/// Safe for use by several threads.
final class NodeFiles: @unchecked Sendable {
    private static let generationName = ".generation"
    private static let folders = [".topics"]
    private static let names = ["meta.properties", "producer-ids", "log-start-offset-checkpoint"]

    private let lock = Lock()
    private let log: EventLog
    /// Those that have every file as it is now; never empty.
    private var directories: [String]
    private var generation: Int
    /// Those whose files were older than the others', or missing.
    let outdated: Set<String>

    /// - Parameters:
    ///   - usable: The log directories that can be used, at least one.
    ///   - areComplete: Whether no other log directory is missing.
    init(_ usable: [String], areComplete: Bool, log: EventLog) throws(BrokerError) {
        var generations: [String: Int] = [:]
        for directory in usable {
            generations[directory] = try kernel { () throws(SystemError) in try Self.generation(of: directory) }
        }
        let newest = generations.values.max() ?? 0
        self.log = log
        generation = newest
        directories = usable.filter { generations[$0] == newest }
        outdated = Set(usable.filter { generations[$0] != newest })
        let (source, first) = (directories[0], directories)
        try kernel { () throws(SystemError) in
            for directory in first {
                for folder in Self.folders { try Directory.create(directory + "/" + folder) }
            }
        }
        for directory in usable where outdated.contains(directory) {
            do throws(SystemError) {
                try Self.copy(from: source, to: directory)
                directories.append(directory)
            } catch {
                log.error("\(directory) cannot be given the node's files, and does without: \(error)")
            }
        }
        if newest < 0 { generation = 0 }
        if !areComplete || directories.count < usable.count || newest < 0 || !outdated.isEmpty { countUp() }
    }

    /// -1 for a directory that never had the node's files.
    private static func generation(of directory: String) throws(SystemError) -> Int {
        let path = directory + "/" + generationName
        if try Directory.exists(path) {
            return Int(try TextFile.read(path).split(separator: "\n").first ?? "") ?? 0
        }
        return try Directory.exists(directory + "/" + folders[0]) ? 0 : -1
    }

    private static func copy(from source: String, to directory: String) throws(SystemError) {
        var wanted = names
        for folder in folders {
            try Directory.create(directory + "/" + folder)
            let theirs = try Directory.names(in: source + "/" + folder)
            for name in try Directory.names(in: directory + "/" + folder) where !theirs.contains(name) {
                try Directory.unlinkFile(directory + "/" + folder + "/" + name)
            }
            wanted += theirs.map { folder + "/" + $0 }
        }
        for name in wanted {
            if try Directory.exists(source + "/" + name) {
                try TextFile.replace(directory + "/" + name, with: try TextFile.read(source + "/" + name))
            } else if try Directory.exists(directory + "/" + name) {
                try Directory.unlinkFile(directory + "/" + name)
            }
        }
    }

    // MARK: Files

    /// Where a file is, for messages.
    func path(of name: String) -> String { lock.withLock { directories[0] } + "/" + name }

    /// Nil where there is none.
    func read(_ name: String) throws(SystemError) -> String? {
        let path = path(of: name)
        return try Directory.exists(path) ? try TextFile.read(path) : nil
    }

    func names(in folder: String) throws(SystemError) -> [String] {
        try Directory.names(in: path(of: folder))
    }

    /// Replaces a file in every directory; one that cannot take it is left out from now on, unless none can.
    func replace(_ name: String, with text: String) throws(SystemError) {
        try inEach { (directory) throws(SystemError) in try TextFile.replace(directory + "/" + name, with: text) }
    }

    func remove(_ name: String) throws(SystemError) {
        try inEach { (directory) throws(SystemError) in
            guard try Directory.exists(directory + "/" + name) else { return }
            try Directory.unlinkFile(directory + "/" + name)
        }
    }

    private func inEach(_ change: (String) throws(SystemError) -> Void) throws(SystemError) {
        try lock.withLock { () throws(SystemError) in
            var good: [String] = []
            var failure: SystemError?
            for directory in directories {
                do throws(SystemError) {
                    try change(directory)
                    good.append(directory)
                } catch {
                    failure = error
                }
            }
            guard let failure else { return }
            if good.isEmpty { throw failure }
            log.error("one of log.dirs does without the node's files until the next start: \(failure)")
            directories = good
            countUp()
        }
    }

    /// Does without a directory from now on, unless it is the only one.
    func leaveOut(_ path: String) {
        lock.withLock {
            guard directories.count > 1, directories.contains(path) else { return }
            directories.removeAll { $0 == path }
            countUp()
        }
    }

    /// Tells the directories that have all files from those that do not.
    private func countUp() {
        generation += 1
        for directory in directories {
            do throws(SystemError) {
                try TextFile.replace(directory + "/" + Self.generationName, with: "\(generation)\n")
            } catch {
                log.error("\(directory) may be taken for outdated at the next start: \(error)")
            }
        }
    }
}
