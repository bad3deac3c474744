internal import CPlainLoops
internal import LinuxKernel

/// TCP over loopback with nothing around it: what a broker cannot be faster than on this machine.
enum NetworkLimits {
    static let all = [stream, pingPong, receiveAndWrite, sendfile]

    private static let stream = LimitComponent(
        "tcp-stream", "receive 256 KiB requests and answer them, 5 in flight", unit: .bytesPerSecond
    ) { surroundings in
        let bench = try ProduceBench(surroundings)
        return LimitTrial(
            work: Double(bench.byteCount), ours: nil, plain: { try bench.plain(storing: false, by: .wall) })
    }

    private static let pingPong = LimitComponent(
        "tcp-ping-pong", "receive 1 KiB requests and answer them, one in flight; the median", unit: .nanoseconds
    ) { surroundings in
        let bench = try RoundTripBench(surroundings)
        return LimitTrial(work: 1, ours: nil, plain: { try bench.plain() })
    }

    private static let receiveAndWrite = LimitComponent(
        "tcp-receive-write", "receive 256 KiB batches, check their CRC, pwrite and answer, 5 in flight",
        unit: .bytesPerSecond, usesFiles: true
    ) { surroundings in
        let bench = try ProduceBench(surroundings)
        return LimitTrial(work: Double(bench.byteCount), ours: nil, plain: { try bench.plain(by: .wall) })
    }

    private static let sendfile = LimitComponent(
        "tcp-sendfile", "answer requests with 1 MiB of a cached file by sendfile", unit: .bytesPerSecond,
        usesFiles: true
    ) { surroundings in
        let bench = try ConsumeBench(surroundings, path: "sendfile", way: PLAIN_SEND_FILE)
        return LimitTrial(work: Double(bench.byteCount), ours: nil, plain: { try bench.plain(by: .wall) })
    }
}
