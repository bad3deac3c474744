import Foundation
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
}
