import Broker
import Foundation
import LinuxKernel
import Logging

// A broker in a process of its own, for the tests that kill one: `BrokerProcess key=value…`. Prints its
// port when it is ready.

var configuration = BrokerConfiguration()
for assignment in CommandLine.arguments.dropFirst() { try configuration.apply(assignment: assignment) }
try StopSignals.block()
let server = try BrokerServer(
    configuration, logger: Logger(label: "broker") { name in StreamLogHandler.standardError(label: name) })
_ = try KernelThread(name: "signals") {
    _ = try? StopSignals.wait()
    server.stop()
}
FileHandle.standardOutput.write(Data("\(server.address.port)\n".utf8))
try server.run()
