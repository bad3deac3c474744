import Foundation
import LinuxKernel
import Testing

@Suite("Directories and text files")
struct DirectoryTests {
    @Test("parents are made, and what exists already is fine unless it is a file")
    func create() throws {
        try withTemporaryDirectory { directory in
            try Directory.create(directory + "/a/b/c")
            try Directory.create(directory + "/a/b/c")
            #expect(try Directory.isDirectory(directory + "/a/b/c"))
            try TextFile.replace(directory + "/a/file", with: "")
            let error = #expect(throws: SystemError.self) { try Directory.create(directory + "/a/file") }
            #expect(error?.name == "ENOTDIR")
        }
    }

    @Test("names are sorted and without the two dots")
    func names() throws {
        try withTemporaryDirectory { directory in
            for name in ["b", "a", "ä b"] { try TextFile.replace(directory + "/" + name, with: "") }
            #expect(try Directory.names(in: directory) == ["a", "b", "ä b"])
            #expect(try !Directory.exists(directory + "/c"))
            #expect(throws: SystemError.self) { try Directory.names(in: directory + "/c") }
        }
    }

    @Test("removing a tree removes links and leaves alone what they point to")
    func removeTree() throws {
        try withTemporaryDirectory { directory in
            try Directory.create(directory + "/kept/inner")
            try TextFile.replace(directory + "/kept/inner/file", with: "precious")
            try Directory.create(directory + "/tree/deep")
            let manager = FileManager.default
            try manager.createSymbolicLink(
                atPath: directory + "/tree/deep/link", withDestinationPath: directory + "/kept")
            try manager.createSymbolicLink(atPath: directory + "/tree/dangling", withDestinationPath: "/no/such/file")
            try Directory.removeTree(directory + "/tree")
            #expect(try !Directory.exists(directory + "/tree"))
            #expect(try TextFile.read(directory + "/kept/inner/file") == "precious")
        }
    }

    @Test("a text file is replaced as a whole, and nothing is left beside it")
    func replace() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/checkpoint"
            try TextFile.replace(path, with: String(repeating: "long ", count: 10_000))
            #expect(try TextFile.read(path).utf8.count == 50_000)
            try TextFile.replace(path, with: "short\n")
            #expect(try TextFile.read(path) == "short\n")
            #expect(try Directory.names(in: directory) == ["checkpoint"])
        }
    }

    @Test("when the new text cannot be made durable, the old one stays")
    func replaceFails() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/checkpoint"
            try TextFile.replace(path, with: "old")
            InjectedFaults.arm(InjectedFaults.Rule(kind: .fsync, pathPrefix: directory, code: 5))
            defer { InjectedFaults.disarm(pathPrefix: directory) }
            #expect(throws: SystemError.self) { try TextFile.replace(path, with: "new") }
            #expect(try TextFile.read(path) == "old")
        }
    }

    @Test("files of /proc are read whole though their length is told as zero")
    func proc() throws {
        #expect(try TextFile.read("/proc/self/status").contains("VmHWM"))
    }

    @Test("the free space of a file system is not more than there is")
    func fileSystem() throws {
        let space = try Directory.fileSystem(at: "/")
        #expect(space.totalBytes > 0)
        #expect(space.freeBytes <= space.totalBytes)
        #expect(throws: SystemError.self) { try Directory.fileSystem(at: "/no/such/path") }
    }
}
