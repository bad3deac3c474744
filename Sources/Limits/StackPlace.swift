internal import CPlainLoops
internal import Statistics

/// Where in the stack a sample runs.
///
/// A function's speed can depend on where its frame lies within a page, as processors compare the low bits of
/// addresses alone to find out whether a load may overtake a store: snappy's decompression varies by 15 % with
/// nothing else changed. As the two sides call a library from different depths, one of them could have the better
/// place in every sample. So each sample draws its place (Curtsinger and Berger, "Stabilizer", 2013), and luck
/// becomes noise that the interval shows.
struct StackPlace {
    /// The end of what a frame's place repeats after: a page.
    private static let period = 4096
    /// A cache line.
    private static let step = 64

    private let depth: Int

    static func random(using generator: inout SeededGenerator) -> StackPlace {
        StackPlace(depth: generator.next(below: period / step) * step)
    }

    func run(_ sample: @escaping () throws -> Int64) throws -> Int64 {
        var call = Call(sample: sample)
        unsafe withUnsafeMutablePointer(to: &call) { call in
            unsafe plain_call_deeper(
                depth,
                { context in
                    guard let call = unsafe context?.assumingMemoryBound(to: Call.self) else { return }
                    unsafe call.pointee.result = unsafe Result(catching: call.pointee.sample)
                }, call)
        }
        guard let result = call.result else { preconditionFailure("the call was made") }
        return try result.get()
    }

    private struct Call {
        let sample: () throws -> Int64
        var result: Result<Int64, any Error>?
    }
}
