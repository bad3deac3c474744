import Broker
import Foundation
import KafkaClient
import LinuxKernel
import Logging

/// A broker in this process, on a port of its own and in a directory of its own, which goes with it.
final class RunningBroker {
    private let directory: String
    private let server: BrokerServer
    private let thread: KernelThread

    init(_ settings: [String] = []) throws {
        directory = NSTemporaryDirectory() + "sluice-client-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var configuration = BrokerConfiguration()
        try configuration.apply(assignment: "listeners=127.0.0.1:0")
        try configuration.apply(assignment: "log.dirs=\(directory)/logs")
        for setting in settings { try configuration.apply(assignment: setting) }
        let server = try BrokerServer(
            configuration, logger: Logger(label: "broker") { _ in SwiftLogNoOpLogHandler() })
        self.server = server
        thread = try KernelThread(name: "broker") {
            // What goes wrong in there shows in the client's tests.
            try? server.run()
        }
    }

    var address: (host: String, port: UInt16) { ("127.0.0.1", server.address.port) }

    deinit {
        server.stop()
        thread.join()
        try? FileManager.default.removeItem(atPath: directory)
    }
}
