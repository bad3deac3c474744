internal import ArgumentParser
internal import Foundation
internal import LinuxKernel
internal import Measurement

/// What the commands that measure have in common.
enum Measuring {
    /// Ends with the code for a failure where this is a debug build.
    static func refuseDebugBuild() throws {
        guard BuildConfiguration.isDebug else { return }
        Terminal.note("sluice: this is a debug build, whose figures mean nothing; build with `swift build -c release`")
        throw ExitCode.failure
    }

    /// Ends with the code for a failure where this process may not have as many descriptors as its work needs: pipes and
    /// sockets that cannot be made then leave others waiting.
    static func checkDescriptors(least: Int = 64) throws {
        let limit = ProcessHandle.descriptorLimit
        guard limit < least else { return }
        Terminal.note(
            "sluice: a process may have \(limit) files open here, and this needs \(least); "
                + "raise the limit with `ulimit -n 1024`, or in the service's LimitNOFILE")
        throw ExitCode.failure
    }

    /// Does the work to its end; SIGINT and SIGTERM cancel it, so that it ends in order, and then end this process.
    ///
    /// - Parameter parting: What is said when it was stopped, and what became of the work.
    static func untilStopped<Value: Sendable>(
        _ parting: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // Nobody reading the progress any more is no reason to leave a leg's data behind.
        StopSignals.ignoreBrokenPipe()
        let work = Task { try await body() }
        let stop = StopRequest { work.cancel() }
        defer {
            stop.cancel()
            signal(SIGPIPE, SIG_DFL)
        }
        do {
            return try await work.value
        } catch {
            guard let number = stop.received else { throw error }
            Terminal.note("sluice: stopped\(parting)")
            ProcessFate.end(by: number)
        }
    }
}

/// Where legs keep their data while they run.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The directory that is measured: legs keep their data there while they run. Default: the run's own folder.",
            valueName: "dir"))
    var data: String?

    var url: URL? { data.map { URL(filePath: $0, directoryHint: .isDirectory) } }

    func validate() throws {
        guard let data else { return }
        // A misspelt mount point must not be made on the disk below it, which would then be measured.
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: data, isDirectory: &isDirectory), isDirectory.boolValue
        else {
            throw ValidationError("--data \(data): there is no such directory; make it, or name another")
        }
    }
}
