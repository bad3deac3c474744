package import Emulation
package import Experiments
internal import Foundation
internal import LinuxKernel

/// What a plan's cells need of disks and hosts that this machine does not have.
package struct EmulationPlan: Sendable {
    /// Disks of one kind, and the most of them that a cell has, over all its nodes.
    package struct Disks: Sendable, Codable, Equatable {
        package var specification: DiskSpecification
        package var count: Int
    }

    package private(set) var disks: [Disks] = []
    private(set) var hasNetworks = false
    private(set) var hasQuotas = false

    package init(_ plan: Plan) {
        for cell in plan.cells {
            hasNetworks = hasNetworks || cell.settings[.network] == .namespaces
            hasQuotas = hasQuotas || cell.settings[.processorQuota] != nil
            guard let specification = DiskSpecification(cell.settings) else { continue }
            let nodes = plan.target == .broker ? cell.settings[.nodes] : 1
            let count = cell.settings[.diskCount] * nodes
            if let index = disks.firstIndex(where: { $0.specification == specification }) {
                disks[index].count = max(disks[index].count, count)
            } else {
                disks.append(Disks(specification: specification, count: count))
            }
        }
    }

    /// Why this machine cannot do it; nil when it can.
    package var objection: String? {
        if let reason = disks.lazy.compactMap({ EmulatedDisks.objection(to: $0.specification) }).first {
            return "emulated disks are not possible here: \(reason)"
        }
        if hasNetworks, let reason = NodeNetwork.objection {
            return "network: namespaces is not possible here: \(reason)"
        }
        let areLimited = disks.contains { $0.specification.isLimited }
        if hasQuotas, let reason = ProcessorQuota.objection(disksAreLimited: areLimited) {
            return "broker.cpu.quota is not possible here: \(reason)"
        }
        return nil
    }

    /// Makes the disks of each kind, as many as the largest cell has, and measures them all at once.
    ///
    /// - Parameters:
    ///   - program: This one, which does it in a process of its own.
    ///   - directory: Where the files behind the disks go.
    func check(program: String, in directory: String) throws -> [DiskCheck] {
        try disks.map { disks in
            let order = LoadOrder.checkDisks(
                DiskOrder(disks: disks, directory: directory, parent: ProcessHandle.currentIdentifier))
            let child = try ChildProcess(program, ["load"])
            try child.send(String(decoding: try JSONEncoder().encode(order), as: UTF8.self))
            child.closeInput()
            let line = try child.readLine(timeoutNanoseconds: Self.timeout)
            // How it ended says nothing beyond its answer.
            _ = try child.wait(timeoutNanoseconds: Self.timeout)
            guard let line, let answer = try? JSONDecoder().decode(DiskAnswer.self, from: Data(line.utf8)) else {
                throw EmulationError("the check of the emulated disks ended without an answer")
            }
            switch answer {
            case .found(let check): return check
            case .failed(let reason): throw EmulationError("the check of the emulated disks failed: \(reason)")
            }
        }
    }

    /// Removes what a leg or a killed run left on this machine; nothing that is in use.
    static func removeLeftovers() {
        // Nobody else can have made anything.
        guard ProcessHandle.isRoot else { return }
        do {
            for thing in try Leftovers.machine.remove() { say("removed what a process left that has ended: \(thing)") }
        } catch {
            say("what a process left that has ended is still there: \(error)")
        }
    }

    private static func say(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("sluice: \(text)\n".utf8))
    }

    private static let timeout: Int64 = 120_000_000_000
}

/// The check of a run's emulated disks, which the load process does.
package struct DiskOrder: Sendable, Codable, Equatable {
    package var disks: EmulationPlan.Disks
    package var directory: String
    package var parent: Int32

    func run() -> DiskAnswer {
        do {
            try ProcessFate.endWithParent(parent)
            return .found(try DiskCheck(disks.specification, count: disks.count, in: directory))
        } catch {
            return .failed("\(error)")
        }
    }
}

/// What the check found.
enum DiskAnswer: Codable {
    case found(DiskCheck)
    case failed(String)
}

extension DiskSpecification {
    /// The disks that a cell's settings ask for; nil where they ask for none.
    init?(_ settings: Settings) {
        guard settings[.diskCount] > 0 else { return nil }
        guard let system = FileSystem(rawValue: settings[.diskFileSystem].rawValue) else {
            preconditionFailure("'\(settings[.diskFileSystem])' is no file system that can be made")
        }
        self.init(
            byteCount: settings[.diskSize].bytes, fileSystem: system,
            writeBytesPerSecond: settings[.diskWriteBytes]?.bytes,
            writeOperationsPerSecond: settings[.diskWriteOperations])
    }
}

/// What the load process is asked on its standard input.
enum LoadOrder: Codable {
    case leg(LegSpec)
    case checkDisks(DiskOrder)
}

extension Settings {
    /// How many log directories each node has.
    var directoriesPerNode: Int { self[.diskCount] > 0 ? self[.diskCount] : self[.logDirs] }
}
