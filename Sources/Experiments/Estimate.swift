/// What a plan will take, before it has run.
package struct Estimate: Sendable, Codable, Equatable {
    /// Bytes that all legs together write.
    package var writtenBytes: Int
    /// The most that is on the disk at one time: that of the largest leg, because each starts in a fresh directory that is
    /// removed after it.
    package var peakBytes: Int
    package var seconds: Double
}
