internal import ArgumentParser
internal import CommitLog
internal import Foundation

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Look into logs on disk.", subcommands: [LogDumpCommand.self])
}

struct LogDumpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Show the segments, batches and records of a partition's log.",
        discussion: """
            Takes a partition's directory or one .log file. Nothing is locked, repaired or written. What a start would \
            cut that reads all of the log is found by running its recovery without changing a file. Ends with 1 when \
            something is damaged. JSON comes as one object a line.

            Example:
              sluice log dump /tmp/sluice-data/orders-0
              sluice log dump /tmp/sluice-data/orders-0 --records --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Argument(help: ArgumentHelp("A partition's directory, or a .log file.", valueName: "path"))
    var path: String

    @Flag(help: "Show the records of each batch.")
    var records = false

    @Flag(help: "Show the entries of the indexes.")
    var indexes = false

    @Option(help: "How it is printed.")
    var format = Format.text

    func run() throws {
        let printer = try LogPrinter(isJSON: format == .json)
        var isDamaged = false
        let files = try LogInspector.segmentPaths(at: path)
        var damages: [Segment.Damage] = []
        do {
            damages = try LogInspector.rehearseRecovery(at: path)
        } catch {
            try printer.print(problem: "\(error)")
            isDamaged = true
        }
        for file in files where try dump(file, damages, with: printer) { isDamaged = true }
        if isDamaged { throw ExitCode.failure }
    }

    /// - Returns: Whether the segment is damaged.
    private func dump(_ file: String, _ damages: [Segment.Damage], with printer: LogPrinter) throws -> Bool {
        var segment = try SegmentInspector(path: file, damages: damages)
        try printer.print(
            segment: file, baseOffset: segment.baseOffset, length: segment.length, start: segment.start,
            slotBytes: segment.slotBytes)
        var isDamaged = false
        while let batch = try segment.next() {
            try printer.print(batch)
            guard records else { continue }
            do {
                for record in try segment.records(of: batch) { try printer.print(record) }
            } catch let error as LogError {
                try printer.print(problem: "\(error)")
                isDamaged = true
            }
        }
        if indexes { isDamaged = try dumpIndexes(of: segment, with: printer) || isDamaged }
        if segment.zeroTailByteCount > 0 { try printer.print(zeroTail: segment.zeroTailByteCount) }
        if let damage = segment.damage { try printer.print(damage) }
        return isDamaged || segment.damage != nil
    }

    private func dumpIndexes(of segment: borrowing SegmentInspector, with printer: LogPrinter) throws -> Bool {
        let offsets = try segment.offsetIndex()
        for entry in offsets.entries { try printer.print(entry) }
        if let problem = offsets.problem { try printer.print(problem: "\(offsets.path): \(problem)") }
        let times = try segment.timeIndex()
        for entry in times.entries { try printer.print(entry) }
        if let problem = times.problem { try printer.print(problem: "\(times.path): \(problem)") }
        return offsets.problem != nil || times.problem != nil || offsets.entries.contains { !$0.agreesWithLog }
    }
}
