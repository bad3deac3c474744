import Foundation

/// Where the clients, their scripts and the program that they test are.
enum ClientEnvironment {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let scripts = root.appending(path: "Tests/Clients")

    /// The Python that `make test` gave the clients' packages to.
    static let python = root.appending(path: ".venv/clients/bin/python")

    /// The program that was built beside these tests.
    static var program: URL {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(filePath: tests).deletingLastPathComponent().appending(path: "sluice")
        }
    }

    /// Whether missing clients are a failure.
    static var isRequired: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    /// What keeps the scripts from running, and what to do about it; nil when all is there.
    static let missing: String? = {
        if !isInPath("kcat") { return "kcat is not installed; install it with: apt-get install kcat" }
        if !FileManager.default.isExecutableFile(atPath: python.path) {
            return "\(python.path) is not there; make it with: make clients"
        }
        // A copy is put beside the packages once all of them are installed.
        let installed = try? Data(contentsOf: root.appending(path: ".venv/clients/requirements.txt"))
        let named = try? Data(contentsOf: scripts.appending(path: "requirements.txt"))
        if installed == nil || installed != named {
            return "the packages of Tests/Clients/requirements.txt are not installed; install them with: make clients"
        }
        return nil
    }()

    private static func isInPath(_ program: String) -> Bool {
        let directories = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return directories.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
}
