import CommitLog
import Glibc
import LinuxKernel
import Synchronization
import Testing

@testable import Broker

@Suite("The health of a log directory")
struct DirectoryHealthTests {
    private func error(_ code: Int32) -> SystemError { SystemError(call: "pwrite", path: "/d/t-0/log", code: code) }

    @Test(
        "is over with an error that says that its device or its file system is broken",
        arguments: [EIO, ENXIO, ENODEV, EROFS, EUCLEAN, EBADMSG])
    func breaks(code: Int32) {
        for wrapped in [LogError.system(error(code)), .offline(path: "/d/t-0", cause: error(code))] {
            let health = DirectoryHealth(of: "/d")
            health.judge(wrapped)
            #expect(health.isBroken && health.cause == error(code))
        }
    }

    @Test(
        "outlasts what passes, such as a full disk, and what is the matter with one log or one request",
        arguments: [ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, EINTR, EAGAIN])
    func lasts(code: Int32) {
        let health = DirectoryHealth(of: "/d")
        health.judge(.system(error(code)))
        health.judge(.offline(path: "/d/t-0", cause: error(code)))
        health.judge(.damaged(path: "/d/t-0/log", position: 0, reason: "zeros"))
        health.judge(.offsetOutOfRange(offset: 1, logStartOffset: 2, logEndOffset: 3))
        #expect(!health.isBroken && health.cause == nil)
    }

    @Test("is lost once: the first cause stays, and the listener hears of it alone")
    func once() {
        let heard = Mutex<[SystemError]>([])
        let health = DirectoryHealth(of: "/d")
        health.whenBroken { cause in heard.withLock { $0.append(cause) } }
        for code in [ENOSPC, EROFS, EIO, EROFS] { health.judge(.system(error(code))) }
        #expect(heard.withLock { $0 } == [error(EROFS)])
        #expect(health.cause == error(EROFS))
    }
}
