internal import Synchronization

extension KernelThread {
    /// Runs the body for each element on a thread of its own, all at the same time, and waits for them.
    ///
    /// - Returns: The bodies' results in the order of the elements.
    /// - Throws: Why a thread could not be started, or what the first of the bodies threw; none runs any more then.
    package static func map<Element: Sendable, Value: Sendable>(
        _ elements: some Sequence<Element>, name: String,
        _ body: @escaping @Sendable (Element) throws(SystemError) -> Value
    ) throws(SystemError) -> [Value] {
        let results = Mutex<[Int: Result<Value, SystemError>]>([:])
        var threads: [KernelThread] = []
        var refusal: SystemError?
        do throws(SystemError) {
            for (index, element) in elements.enumerated() {
                let thread = try KernelThread(name: name) {
                    let result = Result { () throws(SystemError) in try body(element) }
                    results.withLock { $0[index] = result }
                }
                threads.append(thread)
            }
        } catch {
            refusal = error
        }
        for thread in threads { thread.join() }
        if let refusal { throw refusal }
        let found = results.withLock { $0 }
        var values: [Value] = []
        for index in threads.indices {
            guard let result = found[index] else { preconditionFailure("a thread that has ended left no result") }
            values.append(try result.get())
        }
        return values
    }
}
