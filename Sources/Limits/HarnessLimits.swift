internal import CPlainLoops
internal import LinuxKernel
internal import Measurement
internal import Results

/// What measuring itself costs, for each reading.
enum HarnessLimits {
    static let clock = LimitComponent(
        "clock-read", "read the monotonic clock; plain: clock_gettime", unit: .nanoseconds
    ) { surroundings in
        try LimitTrial(
            repeating: 1, by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                var sum: UInt64 = 0
                for _ in 0..<repetitions { sum &+= UInt64(bitPattern: MonotonicClock.now()) }
                // Keeps the readings from being left out.
                precondition(sum > 0)
            },
            plain: { precondition(plain_read_clock($0) > 0) })
    }

    static let latency = LimitComponent(
        "latency-record", "record a latency in a histogram; plain: a C histogram of the same precision",
        unit: .nanoseconds
    ) { surroundings in
        // Latencies from 0 to 10 ms, so that buckets are not hot by accident.
        let step = 9973
        let limit = 10_000_000
        let recorder = Recorder()
        let plain = PlainHistogram()
        return try LimitTrial(
            repeating: 1, by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                var value = 0
                for _ in 0..<repetitions {
                    recorder.latencies.record(nanoseconds: Int64(value))
                    value += step
                    if value >= limit { value = 0 }
                }
            },
            plain: { unsafe plain_histogram_record(plain.handle, UInt64(step), UInt64(limit), $0) })
    }

    static let kernelCall = LimitComponent(
        "kernel-call", "read one cached byte through the kernel wrappers, which count; plain: pread",
        unit: .nanoseconds
    ) { surroundings in
        let path = surroundings.directory + "/byte"
        let shared = try SharedFile(path)
        let byte = TouchedBuffer(byteCount: 1)
        unsafe try shared.file.writeAll(UnsafeRawBufferPointer(byte.bytes), at: 0)
        let plain = try PlainFile(path)
        return try LimitTrial(
            repeating: 1, by: .cpu, scale: surroundings.scale,
            ours: { repetitions in
                for _ in 0..<repetitions { _ = unsafe try shared.file.read(into: byte.bytes, at: 0) }
            },
            plain: { try plain.readByte(repetitions: $0) })
    }

    private final class Recorder {
        var latencies = LatencyRecorder()
    }

    @safe
    private final class PlainHistogram {
        let handle: OpaquePointer

        init() {
            guard let handle = unsafe plain_histogram_make() else { preconditionFailure("no memory for a histogram") }
            unsafe self.handle = handle
        }

        deinit { unsafe plain_histogram_free(handle) }
    }
}
