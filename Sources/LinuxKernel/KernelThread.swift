internal import CLinux
internal import Glibc

/// A POSIX thread with a name, for the few loops that block on purpose (flusher, cold reads, reactors).
package final class KernelThread: Sendable {
    private let handle: pthread_t

    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts the thread; names longer than the kernel's 15 bytes are cut.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var handle = pthread_t()
        CallCounters.count(.threadCreate)
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                _ = unsafe sluice_name_thread(String(start.name.prefix(15)))
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemError(call: "pthread_create", code: code)
        }
        self.handle = handle
    }

    /// Has the calling thread use, from now on, what time others leave over; where they leave none, about a hundredth.
    package static func giveWay() {
        // It is refused to nobody.
        _ = sluice_give_way()
    }

    /// Waits until the thread's body has returned; call it once.
    package func join() {
        pthread_join(handle, nil)
    }
}
