import Foundation
import LinuxKernel

/// A broker in a process of its own, which can be killed; letting go of it kills it.
final class BrokerProcess {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let process = Process()
    let port: UInt16

    /// - Parameters:
    ///   - port: 0 lets the kernel choose one.
    ///   - descriptors: How many it may have open; nil as many as this process.
    init(in directory: String, port: UInt16 = 0, descriptors: Int? = nil, _ settings: [String] = []) throws {
        let program = URL(fileURLWithPath: try FileIdentity.resolve("/proc/self/exe"))
            .deletingLastPathComponent().appendingPathComponent("BrokerProcess")
        let arguments = ["log.dirs=\(directory)", "listeners=127.0.0.1:\(port)"] + settings
        if let descriptors {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "ulimit -n \(descriptors) && exec \"$0\" \"$@\"", program.path] + arguments
        } else {
            process.executableURL = program
            process.arguments = arguments
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let piece = pipe.fileHandleForReading.availableData
            if piece.isEmpty { throw Failure(description: "the broker ended before it was ready") }
            line += piece
        }
        guard let port = UInt16(String(decoding: line, as: UTF8.self).dropLast()) else {
            throw Failure(description: "the broker said no port")
        }
        self.port = port
    }

    deinit {
        if process.isRunning { kill() }
    }

    /// The memory that the process has now.
    func residentBytes() throws -> Int {
        let text = try TextFile.read("/proc/\(process.processIdentifier)/status")
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard let number = line?.split(separator: " ").dropLast().last, let kibibytes = Int(number) else {
            throw Failure(description: "no VmRSS in its status")
        }
        return kibibytes * 1024
    }

    /// The CPU time that the process has taken, in clock ticks of 10 ms.
    func cpuTicks() throws -> Int {
        // Fields 14 and 15; the second one, the name, has no space here.
        let fields = try TextFile.read("/proc/\(process.processIdentifier)/stat").split(separator: " ")
        guard fields.count > 14, let user = Int(fields[13]), let system = Int(fields[14]) else {
            throw Failure(description: "no times in its stat")
        }
        return user + system
    }

    /// How many descriptors it has open.
    func descriptorCount() throws -> Int {
        try Directory.names(in: "/proc/\(process.processIdentifier)/fd").count
    }

    /// How often a file whose path contains the text is mapped.
    func mappingCount(of text: String) throws -> Int {
        try TextFile.read("/proc/\(process.processIdentifier)/maps").split(separator: "\n").count {
            $0.contains(text)
        }
    }

    /// SIGKILL: no time for anything.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM, and the exit code.
    func terminate() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
