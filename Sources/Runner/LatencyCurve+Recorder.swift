internal import Measurement
internal import Results

extension LatencyCurve {
    init(operation: String, _ recorder: LatencyRecorder) {
        self.init(
            operation: operation,
            steps: recorder.steps.map {
                Step(nanoseconds: Int64($0.nanoseconds), cumulativeCount: Int64($0.cumulativeCount))
            })
    }
}
