internal import CPlainLoops
internal import LinuxKernel
internal import Results

/// TCP over loopback with nothing around it: what a broker cannot be faster than on this machine.
enum NetworkLimits {
    static let all = [
        stream, pingPong, receiveAndWrite(batchByteCount: 256 << 10, inFlight: ProduceBench.kafkasInFlight), sendfile,
    ]

    private static let stream = LimitComponent(
        "tcp-stream", "receive 256 KiB requests and answer them, 5 in flight", unit: .bytesPerSecond
    ) { surroundings in
        let bench = try ProduceBench(surroundings)
        return LimitTrial(
            work: Double(bench.byteCount), ours: nil, plain: { try bench.plain(storing: false, by: .wall) })
    }

    static let pingPong = LimitComponent(
        "tcp-ping-pong", "receive 1 KiB requests and answer them, one in flight; the median", unit: .nanoseconds
    ) { surroundings in
        let bench = try RoundTripBench(surroundings)
        return LimitTrial(work: 1, ours: nil, plain: { try bench.plain() })
    }

    static func receiveAndWrite(batchByteCount: Int, inFlight: Int) -> LimitComponent {
        let size = PlainLimit.text(batchByteCount)
        let kafkas = ProduceBench.kafkasInFlight
        return LimitComponent(
            "tcp-receive-write"
                + (batchByteCount == 256 << 10 ? "" : "-\(size)")
                + (inFlight == kafkas ? "" : "-\(inFlight)-in-flight"),
            "receive batches of \(size), check their CRC, pwrite and answer, \(inFlight) in flight",
            unit: .bytesPerSecond, usesFiles: true
        ) { surroundings in
            let bench = try ProduceBench(surroundings, batchByteCount: batchByteCount, inFlight: inFlight)
            return LimitTrial(work: Double(bench.byteCount), ours: nil, plain: { try bench.plain(by: .wall) })
        }
    }

    static let sendfile = LimitComponent(
        "tcp-sendfile", "answer requests with 1 MiB of a cached file by sendfile, 2 in flight, unpaced",
        unit: .bytesPerSecond,
        usesFiles: true
    ) { surroundings in
        let bench = try ConsumeBench(surroundings, path: "sendfile", way: PLAIN_SEND_FILE)
        return LimitTrial(
            work: Double(bench.byteCount), ours: nil, plain: { try bench.plain(by: .wall, isPaced: false, inFlight: 2) }
        )
    }
}
