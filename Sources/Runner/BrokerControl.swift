package import Broker
internal import Foundation
internal import LinuxKernel
internal import Measurement

/// What a broker process and the load process of its leg say to each other, a line at a time, over the broker's standard
/// input and output.
package enum BrokerControl {
    /// What the load process asks.
    enum Order: String {
        /// Start accounting anew.
        case begin
        /// Say what was used since `begin`.
        case end
    }

    /// What the broker says.
    enum Reply: Codable {
        case ready(host: String, port: UInt16)
        case begun
        case used(UsageRecord)
        case failed(String)

        var line: String {
            get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
        }
    }

    /// The broker's side: says that it is ready, answers orders, and stops the broker when there are none any more.
    package static func serve(_ server: BrokerServer) {
        say(.ready(host: server.address.host, port: server.address.port))
        var probe: ResourceProbe?
        while let line = readLine() {
            switch Order(rawValue: line) {
            case .begin:
                do throws(SystemError) {
                    probe = try ResourceProbe.start()
                    say(.begun)
                } catch {
                    say(.failed("\(error)"))
                }
            case .end:
                do throws(SystemError) {
                    guard let usage = try probe?.finish() else {
                        say(.failed("`end` without `begin`"))
                        continue
                    }
                    say(.used(UsageRecord(usage)))
                } catch {
                    say(.failed("\(error)"))
                }
            case nil:
                say(.failed("unknown order '\(line)'"))
            }
        }
        server.stop()
    }

    private static func say(_ reply: Reply) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(try reply.line.utf8) + Data("\n".utf8))
        } catch {
            // The load process is gone, and so will the orders be: the loop ends with them.
            FileHandle.standardError.write(Data("sluice: control: \(error)\n".utf8))
        }
    }
}
