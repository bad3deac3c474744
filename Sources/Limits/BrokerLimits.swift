internal import Broker
internal import CPlainLoops
internal import LinuxKernel
internal import Results

/// A broker with one reactor beside the plain loop that does the same work, over loopback.
///
/// Both servers run in a thread of this process, and both have the same plain client, in the thread that measures, on
/// another CPU (see `Processors`). So the client takes part in figures by the clock on the wall, equally on both sides;
/// those of the CPU leave its thread out and count all others, of the broker too.
enum BrokerLimits {
    private static let idleCount = 2000

    static let all =
        [
            produce("broker-produce-256KiB", by: .wall, target: .ratio(atLeast: 0.80)),
            produce("broker-produce-256KiB-cpu", by: .serving, target: .ratio(atLeast: 1 / 1.25)),
            splice("broker-produce-splice", by: .wall, target: .ratio(atLeast: 0.85)),
            splice("broker-produce-splice-cpu", by: .serving, target: .ratio(atLeast: 1 / 1.15)),
            roundTrip, roundTripBesideIdle, idleConnection,
        ] + fetchPaths.flatMap { [consume($0, by: .wall), consume($0, by: .serving)] }
        + [("uring", "read-write"), ("uring-zc", "zerocopy"), ("uring-splice", "splice")].map(calls)

    /// The fetch paths, each with the plain loop that makes the same calls.
    private static let fetchPaths: [(path: String, way: plain_send_way)] = [
        ("sendfile", PLAIN_SEND_FILE), ("read-write", PLAIN_SEND_READ_WRITE), ("mmap", PLAIN_SEND_MMAP),
        ("splice", PLAIN_SEND_SPLICE), ("zerocopy", PLAIN_SEND_ZEROCOPY), ("uring", PLAIN_SEND_RING),
        ("uring-zc", PLAIN_SEND_RING_ZEROCOPY), ("uring-splice", PLAIN_SEND_RING_SPLICE),
    ]

    private static func produce(_ name: String, by stopwatch: Stopwatch, target: LimitTarget) -> LimitComponent {
        LimitComponent(
            name,
            "produce 256 KiB batches to one partition, buffered, 5 in flight\(stopwatch.note); "
                + "plain: receive, check the CRC, pwrite, answer",
            unit: .bytesPerSecond, target: target, usesFiles: true, pairsFactor: stopwatch == .wall ? 3 : 1
        ) { surroundings in
            let bench = try ProduceBench(surroundings)
            return LimitTrial(
                work: Double(bench.byteCount), ours: { try bench.broker(by: stopwatch) },
                plain: { try bench.plain(by: stopwatch) })
        }
    }

    private static func splice(_ name: String, by stopwatch: Stopwatch, target: LimitTarget) -> LimitComponent {
        LimitComponent(
            name,
            "produce 256 KiB batches to one partition by 'splice', 5 in flight\(stopwatch.note); "
                + "plain: receive the header, pwrite it, splice the rest into a pipe and to the file, answer",
            unit: .bytesPerSecond, target: target, usesFiles: true, pairsFactor: stopwatch == .wall ? 3 : 1
        ) { surroundings in
            let bench = try ProduceBench(surroundings, appendPath: "splice")
            return LimitTrial(
                work: Double(bench.byteCount), ours: { try bench.broker(by: stopwatch) },
                plain: { try bench.plain(by: stopwatch) })
        }
    }

    /// A ring's calls beside those of the path that does the same without one.
    private static func calls(_ ring: String, than path: String) -> LimitComponent {
        LimitComponent(
            "broker-consume-\(ring)-calls",
            "the broker's calls to fetch 1 MiB at a time by '\(ring)'; plain: by '\(path)'", unit: .callsPerMebibyte,
            target: .ratio(atLeast: 1.1), usesFiles: true
        ) { surroundings in
            if let reason = FetchPathCatalog.entry(named: ring)?.traits.objection() {
                throw LimitUnavailable(reason: reason)
            }
            let bench = try ConsumeBench(surroundings, path: ring, way: PLAIN_SEND_FILE)
            let other = try ConsumeBench(surroundings, path: path, way: PLAIN_SEND_FILE, in: "other")
            return LimitTrial(
                work: Double(bench.byteCount), ours: { try bench.broker(by: .calls) },
                plain: { try other.broker(by: .calls) })
        }
    }

    private static func consume(_ pair: (path: String, way: plain_send_way), by stopwatch: Stopwatch) -> LimitComponent
    {
        let isByCPU = stopwatch == .serving
        return LimitComponent(
            "broker-consume-\(pair.path)\(isByCPU ? "-cpu" : "")",
            "fetch 1 MiB at a time from the page cache, one in flight\(stopwatch.note); "
                + "plain: the calls of \(pair.path)",
            unit: .bytesPerSecond, target: .ratio(atLeast: isByCPU ? 1 / 1.15 : 0.85), usesFiles: true
        ) { surroundings in
            if let reason = FetchPathCatalog.entry(named: pair.path)?.traits.objection() {
                throw LimitUnavailable(reason: reason)
            }
            let bench = try ConsumeBench(surroundings, path: pair.path, way: pair.way)
            return LimitTrial(
                work: Double(bench.byteCount), ours: { try bench.broker(by: stopwatch) },
                plain: { try bench.plain(by: stopwatch) })
        }
    }

    private static let roundTrip = LimitComponent(
        "broker-round-trip-1KiB", "produce one 1 KiB record, acks 1, one in flight, the median; plain: TCP ping-pong",
        unit: .nanoseconds, target: .ratio(atLeast: 1 / 2.5), usesFiles: true
    ) { surroundings in
        let bench = try RoundTripBench(surroundings)
        return LimitTrial(work: 1, ours: { try bench.ours() }, plain: { try bench.plain() })
    }

    private static let roundTripBesideIdle = LimitComponent(
        "broker-round-trip-idle-2000",
        "the round trip to a broker with \(idleCount) idle connections; plain: to a broker without", unit: .nanoseconds,
        target: .ratio(atLeast: 0.95), usesFiles: true
    ) { surroundings in
        let bench = try RoundTripBench(surroundings, plainIsBroker: true, idleCount: idleCount)
        return LimitTrial(work: 1, ours: { try bench.ours() }, plain: { try bench.plain() })
    }

    private static let idleConnection = LimitComponent(
        "broker-idle-connection",
        "heap that each of \(idleCount) idle connections takes, without the kernel's; "
            + "plain: epoll and two 256-byte buffers",
        unit: .bytes, target: .cost(atMost: 65_536)
    ) { surroundings in
        let directory = surroundings.directory + "/broker"
        let response = try KafkaFrame.produced()
        return LimitTrial(
            work: Double(idleCount),
            ours: {
                let broker = try ServedBroker(directory: directory)
                let growth = try heapGrowth(port: broker.port)
                try broker.stop()
                try Directory.removeTree(directory)
                return growth
            },
            plain: {
                let server = try PlainServer.many(response: response)
                let growth = try heapGrowth(port: server.port)
                try server.finish()
                return growth
            })
    }

    private static func heapGrowth(port: UInt16) throws -> Int64 {
        // What the first connections make for all is not theirs.
        let first = try IdleConnections(1, to: port)
        let before = plain_heap_in_use()
        let connections = try IdleConnections(idleCount, to: port)
        let after = plain_heap_in_use()
        return withExtendedLifetime((first, connections)) { max(1, Int64(after) - Int64(before)) }
    }
}

extension Stopwatch {
    fileprivate var note: String { self == .serving ? ", by the server's CPU time" : "" }
}
