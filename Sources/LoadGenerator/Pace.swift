/// How fast a load asks.
package struct Pace: Sendable {
    /// Records a second of all producers together; nil is a closed load, which sends as soon as it is answered.
    package var recordsPerSecond: Double?
    package var arrivals = ArrivalSchedule.Arrivals.constant
    /// Search for the highest rate at which 99 % of the requests take no longer than this, in nanoseconds, and measure
    /// at that; nil measures at the rate that is given.
    package var latencyTarget: Int64?

    package init() {}

    /// Requests have moments at which they are to be sent.
    var isOpen: Bool { recordsPerSecond != nil || latencyTarget != nil }
}

/// What comes before the measured window, and how long that is.
package struct Phases: Sendable {
    /// How long the load runs before anything is measured, in nanoseconds; the longest time where it
    /// runs until it is steady.
    package var warmUp: Int64 = 0
    package var untilSteady = false
    /// The window's longest time in nanoseconds; nil leaves it to the bytes.
    package var window: Int64?

    package init() {}
}

/// What the load may send in one stretch: it ends with the bytes or the time, whichever is first.
struct Stint {
    /// The bytes of record values that each producer sends.
    var payloadByteCount: Int
    /// Nothing that is due later is sent; nanoseconds of `MonotonicClock`.
    var endsAt: Int64 = .max
    /// Of all producers together; nil is a closed load.
    var recordsPerSecond: Double?
    var beganAt: Int64
}
