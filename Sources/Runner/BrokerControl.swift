package import Broker
internal import CommitLog
internal import Foundation
internal import LinuxKernel
internal import Measurement

/// What a broker process and the load process of its leg say to each other, a line at a time, over the
/// broker's standard input and output.
///
/// A broker listens first, at a port that the kernel chooses, says where, and is told the addresses of all
/// nodes; so no port is ever guessed.
package enum BrokerControl {
    /// What the load process asks.
    enum Order: Equatable {
        /// Serve, with these nodes as `cluster.nodes`.
        case start(nodes: String)
        /// Start accounting anew.
        case begin
        /// Say what was used since `begin`.
        case end
        /// Say what the broker's own cache has.
        case cached
        /// Empty that cache, and say what it has then.
        case forget

        init?(line: String) {
            switch line {
            case "begin": self = .begin
            case "end": self = .end
            case "cached": self = .cached
            case "forget": self = .forget
            default:
                guard line.hasPrefix("start ") else { return nil }
                self = .start(nodes: String(line.dropFirst("start ".count)))
            }
        }

        var line: String {
            switch self {
            case .start(let nodes): "start \(nodes)"
            case .begin: "begin"
            case .end: "end"
            case .cached: "cached"
            case .forget: "forget"
            }
        }
    }

    /// What the broker says.
    enum Reply: Codable {
        case listening(host: String, port: UInt16)
        case ready
        case begun
        case used(UsageRecord)
        /// Bytes of logs in the broker's own cache.
        case cached(Int)
        case failed(String)

        var line: String {
            get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
        }
    }

    /// The broker's side before it starts: says where it listens and waits for the addresses of all nodes.
    ///
    /// - Returns: `cluster.nodes`; nil when nobody wants the broker any more.
    package static func nodes(listeningAt port: BrokerPort) -> String? {
        say(.listening(host: port.address.host, port: port.address.port))
        guard let line = readLine() else { return nil }
        guard case .start(let nodes) = Order(line: line) else {
            say(.failed("'\(line)' before 'start'"))
            return nil
        }
        return nodes
    }

    /// The broker's side: says that it is ready, answers orders, and stops the broker when there are none any more.
    package static func serve(_ server: BrokerServer, counters: KernelCounters) {
        say(server.directoryPassedOver.map { .failed("log directory \($0)") } ?? .ready)
        var probe: ResourceProbe?
        var cacheBefore = server.cache?.usage
        var counted = counters.now
        while let line = readLine() {
            switch Order(line: line) {
            case .begin:
                do throws(SystemError) {
                    cacheBefore = server.cache?.usage
                    counted = counters.now
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
                    var record = UsageRecord(usage)
                    let now = counters.now
                    record.tracedCalls = counted.calls.combined(with: now.calls) { $1 - $0 }
                    record.instructions = counted.instructions.combined(with: now.instructions) { $1 - $0 }
                    if let later = server.cache?.usage, let before = cacheBefore {
                        record.cacheHits = later.hits - before.hits
                        record.cacheLookups = later.hits + later.misses - before.hits - before.misses
                        record.cacheFilledBytes = later.filledBytes - before.filledBytes
                    }
                    say(server.directoryPassedOver.map { .failed("log directory \($0)") } ?? .used(record))
                } catch {
                    say(.failed("\(error)"))
                }
            case .cached: say(.cached(server.cache?.contentByteCount ?? 0))
            case .forget:
                server.cache?.removeAll()
                say(.cached(server.cache?.contentByteCount ?? 0))
            case .start, nil:
                say(.failed("unexpected order '\(line)'"))
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
