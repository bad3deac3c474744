import LinuxKernel
import Synchronization
import Testing

@Suite("A thread for each of several elements")
struct KernelThreadMapTests {
    @Test("gives the results in the order of the elements, whichever ends first")
    func order() throws {
        let squares = try KernelThread.map(0..<8, name: "square") { (number) throws(SystemError) in
            MonotonicClock.sleep(nanoseconds: Int64(8 - number) * 1_000_000)
            return number * number
        }
        #expect(squares == [0, 1, 4, 9, 16, 25, 36, 49])
        #expect(try KernelThread.map([Int](), name: "none") { (number) throws(SystemError) in number } == [])
    }

    @Test("throws what the first of them threw when none runs any more")
    func failure() {
        let ended = Atomic(0)
        let error = #expect(throws: SystemError.self) {
            try KernelThread.map(0..<4, name: "failure") { (number) throws(SystemError) in
                MonotonicClock.sleep(nanoseconds: Int64(number) * 5_000_000)
                ended.add(1, ordering: .relaxed)
                guard number % 2 == 0 else { throw SystemError(call: "number \(number)", code: 5) }
            }
        }
        #expect(error?.call == "number 1")
        #expect(ended.load(ordering: .relaxed) == 4)
    }
}
