import Foundation
import LinuxKernel
import Testing

/// The program that was built beside these tests.
enum Sluice {
    static let program = URL(filePath: try! FileIdentity.resolve("/proc/self/exe")).deletingLastPathComponent()
        .appending(path: "sluice")

    /// The folder of the scenarios that come with the project.
    static let scenarios = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Scenarios")

    struct Ending: CustomStringConvertible {
        /// The exit code, or the signal that ended the program as a negative number.
        var code: Int32
        var output: String
        var errors: String

        var description: String { "\(code)\n\(output)\n\(errors)" }
    }

    /// Runs the program to its end in a scratch folder.
    static func run(
        _ arguments: [String], in folder: Scratch, environment: [String: String] = [:], program: URL = program
    ) throws -> Ending {
        try Running(arguments, in: folder, environment: environment, program: program).wait()
    }
}

/// A program that is running, with its streams in files, so that nobody has to read while it writes.
final class Running {
    private let process = Process()
    private let output: URL
    private let errors: URL

    init(
        _ arguments: [String], in folder: Scratch, environment: [String: String] = [:],
        program: URL = Sluice.program
    ) throws {
        // Whatever started these tests may have had signals ignored, which the program would take over.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { signal(number, SIG_DFL) }
        output = folder.url.appending(path: "stdout-\(UUID().uuidString)")
        errors = folder.url.appending(path: "stderr-\(UUID().uuidString)")
        for file in [output, errors] { try Data().write(to: file) }
        process.executableURL = program
        // Limits take a moment to measure, and few tests are about them.
        let isRun = arguments.first == "run" && !arguments.contains("--limits")
        process.arguments = isRun ? arguments + ["--limits", "none"] : arguments
        process.currentDirectoryURL = folder.url
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    deinit {
        if process.isRunning { kill(identifier, SIGKILL) }
    }

    var identifier: Int32 { process.processIdentifier }

    /// What it has said on standard error so far.
    var said: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    func send(_ number: Int32, group: Bool = false) {
        // Foundation starts a program in a group of its own.
        kill(group ? -identifier : identifier, number)
    }

    func wait() -> Sluice.Ending {
        process.waitUntilExit()
        let status = process.terminationStatus
        return Sluice.Ending(
            code: process.terminationReason == .uncaughtSignal ? -status : status,
            output: (try? String(contentsOf: output, encoding: .utf8)) ?? "", errors: said)
    }

    /// The load process of the leg that is running, once there is one that has made its log.
    func load(within seconds: Double = 20) throws -> Int32 {
        let end = Date() + seconds
        while Date() < end {
            if let found = try children().first(where: { Self.words(of: $0).contains("load") }) { return found }
            usleep(2000)
        }
        throw Unexpected("no load process in \(seconds) s; standard error: \(said)")
    }

    private func children() throws -> [Int32] {
        let tasks = "/proc/\(identifier)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.flatMap { thread -> [Int32] in
            let text = (try? String(contentsOfFile: "\(tasks)/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int32($0) }
        }
    }

    private static func words(of process: Int32) -> [String] {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return [] }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a process is there and no zombie, `seconds` later at the most.
    static func isGone(_ process: Int32, within seconds: Double = 5) -> Bool {
        let end = Date() + seconds
        repeat {
            let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
            if status.isEmpty || status.contains("State:\tZ") { return true }
            usleep(5000)
        } while Date() < end
        return false
    }
}

/// A folder of a test's own, gone when the test lets go of it.
final class Scratch {
    let url: URL

    /// - Parameter name: Part of the folder's name.
    init(_ name: String = "run") throws {
        url = URL(filePath: try FileIdentity.resolve(FileManager.default.temporaryDirectory.path()))
            .appending(path: "sluice-\(name)-\(UUID().uuidString)", directoryHint: .isDirectory)
        try Directory.create(url.path)
    }

    deinit { try? Directory.removeTree(url.path) }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: url.appending(path: name))
        return name
    }

    /// All paths below, relative to the folder.
    var names: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? [] }

    /// What legs leave behind if nobody cleans up.
    var leftovers: [String] { names.filter { $0.contains("data-") || $0.contains("leg-") } }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
