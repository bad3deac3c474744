import Glibc
import LinuxKernel
import Testing

@Suite("Injected faults")
struct InjectedFaultsTests {
    @Test("a rule lets the calls before it pass, then fails every one until it is taken away")
    func afterCalls() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            InjectedFaults.arm(
                InjectedFaults.Rule(kind: .pwrite, pathPrefix: directory, code: ENOSPC, afterCalls: 2))
            defer { InjectedFaults.disarm(pathPrefix: directory) }
            try file.writeAll(bytes(10), at: 0)
            try file.writeAll(bytes(10), at: 10)
            for _ in 0..<2 {
                let error = #expect(throws: SystemError.self) { try file.writeAll(bytes(10), at: 20) }
                #expect(error == SystemError(call: "pwrite", path: directory + "/data", code: ENOSPC))
            }
            #expect(try file.size().length == 20)
            InjectedFaults.disarm(pathPrefix: directory)
            try file.writeAll(bytes(10), at: 20)
            #expect(try file.size().length == 30)
        }
    }

    @Test("a rule touches its own kind of call and its own paths only")
    func scope() throws {
        try withTemporaryDirectory { directory in
            try Directory.create(directory + "/a")
            try Directory.create(directory + "/b")
            let inside = try File(directory + "/a/data", .createNew)
            let outside = try File(directory + "/b/data", .createNew)
            InjectedFaults.arm(InjectedFaults.Rule(kind: .fdatasync, pathPrefix: directory + "/a", code: EIO))
            defer { InjectedFaults.disarm(pathPrefix: directory + "/a") }
            try inside.writeAll(bytes(10), at: 0)
            #expect(throws: SystemError.self) { try inside.dataSync() }
            try inside.sync()
            try outside.dataSync()
        }
    }

    @Test("the rules for what lies in a directory go with the directory's, and no others")
    func below() throws {
        try withTemporaryDirectory { directory in
            let prefixes = ["/a", "/a/", "/a/data", "/ab"].map { directory + $0 }
            for prefix in prefixes {
                InjectedFaults.arm(InjectedFaults.Rule(kind: .mkdir, pathPrefix: prefix, code: EIO))
            }
            defer { InjectedFaults.disarm(pathPrefix: directory) }
            InjectedFaults.disarm(pathPrefix: directory + "/a")
            try Directory.create(directory + "/a/data")
            #expect(throws: SystemError.self) { try Directory.create(directory + "/ab") }
            InjectedFaults.disarm(pathPrefix: directory)
            try Directory.create(directory + "/ab")
        }
    }
}
