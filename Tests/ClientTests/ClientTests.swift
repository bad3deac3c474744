import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite("Kafka's own clients")
struct ClientTests {
    @Test(
        "kcat, confluent-kafka and kafka-python get what they ask for",
        .enabled(
            if: ClientEnvironment.missing == nil || ClientEnvironment.isRequired,
            Comment(rawValue: ClientEnvironment.missing ?? "all is there")),
        .serialized, .timeLimit(.minutes(3)), arguments: ClientScript.all)
    func script(_ script: ClientScript) async throws {
        if let missing = ClientEnvironment.missing { throw Missing(description: missing) }
        var options = PlatformOptions()
        // A script that is stopped ends its brokers and removes its folders.
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let result = try await Subprocess.run(
            .path(FilePath(ClientEnvironment.python.path)),
            arguments: [
                "-B", ClientEnvironment.scripts.appending(path: script.file).path, try ClientEnvironment.program.path,
            ],
            platformOptions: options, output: .string(limit: 1 << 22), error: .string(limit: 1 << 22))
        #expect(
            result.terminationStatus == .exited(0),
            "\(script.file) ended with \(result.terminationStatus):\n\(result.standardOutput)\n\(result.standardError)")
    }

    @Test("no script of checks is forgotten")
    func allAreRun() throws {
        let shared: Set<String> = ["harness.py", "clients.py"]
        let files = try FileManager.default.contentsOfDirectory(atPath: ClientEnvironment.scripts.path)
            .filter { $0.hasSuffix(".py") && !shared.contains($0) }
        #expect(Set(files) == Set(ClientScript.all.map(\.file)))
    }
}

/// A client that has to be there and is not.
struct Missing: Error, CustomStringConvertible {
    let description: String
}
