import Foundation
import LinuxKernel
import Measurement
import Testing

@Suite("The state of memory before a leg")
struct MemoryStateTests {
    @Test("is made in every way that the catalog has, and leaves nothing but ballast without blocks")
    func all() throws {
        for entry in MemoryStateCatalog.all where entry.name != "filled" {
            let directory = NSTemporaryDirectory() + "memory-state-" + UUID().uuidString
            try Directory.create(directory)
            defer { try? Directory.removeTree(directory) }
            let outcome = try entry.make(MemoryNeed(byteCount: 4 << 20, directory: directory))
            #expect(outcome.nanoseconds >= 0, "\(entry.name)")
            #expect(try Directory.names(in: directory).isEmpty, "\(entry.name)")
        }
    }

    @Test("names are different, and each says what it does")
    func names() {
        #expect(Set(MemoryStateCatalog.all.map(\.name)).count == MemoryStateCatalog.all.count)
        #expect(MemoryStateCatalog.all.allSatisfy { !$0.summary.isEmpty })
        #expect(MemoryStateCatalog.entry(named: "as-found") != nil)
    }
}
