import Foundation
import LinuxKernel
import Testing

@Suite("`sluice broker`")
struct BrokerCommandTests {
    @Test(
        "ends with 64 and says what is wrong with a cluster's file",
        arguments: [
            ("", "cluster: it names no node"),
            ("1@127.0.0.1\n", "cluster: '127.0.0.1' is no host:port"),
            ("1@127.0.0.1:1\n1@127.0.0.1:2\n", "an id of its own"),
            ("1@127.0.0.1:1\n2@127.0.0.1:2\n", "cluster.nodes: node.id 7 is not among them"),
        ])
    func badCluster(text: String, says: String) throws {
        let scratch = try Scratch()
        let file = try scratch.write(text, to: "cluster")
        let ending = try Sluice.run(
            ["broker", "--cluster", file, "--node-id", "7", "--log-dirs", "logs"], in: scratch)
        #expect(ending.code == 64 && ending.errors.contains(says), "\(ending)")
        #expect(ending.output.isEmpty && !scratch.names.contains("logs"))
    }

    @Test("ends with 64 when the cluster's file is not there, and with 1 when no log directory can be used")
    func missing() throws {
        let scratch = try Scratch()
        let nowhere = try Sluice.run(["broker", "--cluster", "nowhere", "--log-dirs", "logs"], in: scratch)
        #expect(nowhere.code == 64 && nowhere.errors.contains("--cluster: open nowhere: ENOENT"), "\(nowhere)")
        let file = try scratch.write("", to: "file")
        let arguments = ["broker", "--listen", "127.0.0.1:0", "--log-dirs", "\(file),\(file)/below"]
        let unusable = try Sluice.run(arguments, in: scratch)
        #expect(unusable.code == 1 && unusable.errors.contains("log.dirs: none of them can be used"), "\(unusable)")
    }

    /// Starts a broker with a shell's help and stops it when it has said that it is ready.
    ///
    /// - Parameter words: What stands before the program, in the shell's words.
    private func startAndStop(_ arguments: String, after words: String = "", in scratch: Scratch) throws
        -> Sluice.Ending
    {
        let running = try Running(
            ["-c", "\(words) exec \"$SLUICE\" broker \(arguments)"], in: scratch,
            environment: ["SLUICE": Sluice.program.path], program: URL(filePath: "/bin/sh"))
        let end = Date() + 30
        while Date() < end, !scratch.texts("stdout-").contains(where: { $0.contains("ready") }) {
            if Running.isGone(running.identifier, within: 0) { break }
            usleep(5000)
        }
        running.send(SIGTERM)
        return running.wait()
    }

    @Test("takes Kafka's own file for a broker and a controller, and names once what has no effect here")
    func kafkasFile() throws {
        let scratch = try Scratch()
        let file = Sluice.scenarios.deletingLastPathComponent().appending(
            path: "Tests/Properties/kafka-kraft.properties")
        let ending = try startAndStop("--config '\(file.path)' --listen 127.0.0.1:0 --log-dirs ' a,b , '", in: scratch)
        #expect(ending.code == 0, "\(ending)")
        for part in [
            "CONTROLLER://:39518 is for a controller", "num.network.threads", "transaction.state.log.min.isr",
            "advertised.listeners localhost:39517 belongs",
        ] {
            #expect(ending.errors.components(separatedBy: part).count == 2, "\(part): \(ending)")
        }
        #expect(scratch.names.contains("a/meta.properties") && scratch.names.contains("b/meta.properties"))
    }

    @Test("finds the same directories from wherever it is started, whatever blanks stand in their list")
    func directoriesWithBlanks() throws {
        let scratch = try Scratch("with blanks")
        let (first, second) = ("\(scratch.url.path)/da", "\(scratch.url.path)/d b")
        let file = try scratch.write(
            "listeners=PLAINTEXT://127.0.0.1:0\r\nlog.dirs=\(first) , \(second)\r\n", to: "q.properties")
        for name in ["q1", "q2"] {
            try Directory.create(scratch.url.appending(path: name).path)
            let ending = try startAndStop("--config ../\(file)", after: "cd \(name);", in: scratch)
            #expect(ending.code == 0 && ending.errors.isEmpty, "\(ending)")
            #expect(try Directory.names(in: scratch.url.appending(path: name).path) == [])
        }
        for directory in [first, second] { #expect(try Directory.names(in: directory).contains("meta.properties")) }
    }

    @Test("keeps what it writes from others: files have mode 0640 and directories 0750")
    func modes() throws {
        let scratch = try Scratch()
        let ending = try startAndStop("--listen 127.0.0.1:0 --log-dirs logs/a,logs/b", after: "umask 0;", in: scratch)
        #expect(ending.code == 0, "\(ending)")
        let names = scratch.names.filter { $0.hasPrefix("logs") }
        #expect(names.contains("logs/a/__consumer_offsets-0/00000000000000000000.log"))
        for name in names {
            let path = scratch.url.appending(path: name).path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let wanted = attributes[.type] as? FileAttributeType == .typeDirectory ? 0o750 : 0o640
            #expect(attributes[.posixPermissions] as? Int == wanted, "\(name)")
        }
    }

    @Test("does not start where clients could not be sent to it")
    func everywhere() throws {
        let ending = try Sluice.run(["broker", "--listen", "0.0.0.0:0", "--log-dirs", "logs"], in: Scratch())
        #expect(ending.code == 64 && ending.errors.contains("advertised.listeners=PLAINTEXT://"), "\(ending)")
    }
}

extension Scratch {
    /// The texts of the files whose names begin so.
    fileprivate func texts(_ prefix: String) -> [String] {
        names.filter { $0.hasPrefix(prefix) }.compactMap {
            try? String(contentsOf: url.appending(path: $0), encoding: .utf8)
        }
    }
}
