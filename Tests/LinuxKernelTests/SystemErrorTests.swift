import Glibc
import LinuxKernel
import Testing

@Suite("System errors")
struct SystemErrorTests {
    @Test("an error says the call, the path and the errno by name and text")
    func text() {
        let error = SystemError(call: "pwrite", path: "/data/t-0/0.log", code: ENOSPC)
        #expect(error.description == "pwrite /data/t-0/0.log: ENOSPC (No space left on device)")
        #expect(SystemError(call: "sync", code: EIO).description == "sync: EIO (Input/output error)")
    }

    @Test("an errno that nobody knows is still shown")
    func unknown() {
        #expect(SystemError(call: "read", code: 4095).description == "read: unknown errno (Unknown error 4095)")
    }

    @Test("a failure that no call reported has an errno as one that a call did")
    func unreported() {
        let missing = SystemError.missingBytes("reading the last block of", path: "/data/t-0/0.log")
        #expect(missing.description == "reading the last block of /data/t-0/0.log: EIO (Input/output error)")
        #expect(SystemError.senselessContent("no number in", path: "/data/producer-ids").name == "EINVAL")
        #expect(SystemError.lostConnection("splice").name == "ECONNRESET")
    }

    @Test("a file that is missing is named")
    func missingFile() {
        let error = #expect(throws: SystemError.self) { _ = try File("/no/such/file", .readOnly) }
        #expect(error == SystemError(call: "open", path: "/no/such/file", code: ENOENT))
    }

    @Test("a full disk is ENOSPC on the path that was written")
    func fullDisk() throws {
        let full = try File("/dev/full", .readWrite)
        let error = #expect(throws: SystemError.self) { try full.writeAll(bytes(4096), at: 0) }
        #expect(error?.description == "pwrite /dev/full: ENOSPC (No space left on device)")
    }
}
