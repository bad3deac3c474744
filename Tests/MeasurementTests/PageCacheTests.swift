import LinuxKernel
import Testing

@testable import Measurement

@Suite("The state of files in the page cache")
struct PageCacheTests {
    private static let isTold = PageCache.cachedPages(of: ["/proc/self/exe"]).value != nil

    @Test(
        "is made as it is wanted, and an objection says where it was not",
        .enabled(if: isTold, "the kernel does not tell what is cached; Linux 6.5 does"))
    func states() throws {
        // The directory of temporary files may be in memory, where nothing is ever cold.
        let parent = try FileIdentity.resolve("/proc/self/exe").split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(parent)/page-cache-test-\(UInt64.random(in: 0...UInt64.max))"
        defer { try? Directory.unlinkFile(path) }
        let file = try File(path, .createNew)
        let pages = 10
        let bytes = [UInt8](repeating: 7, count: pages * ProcessHandle.pageSize)
        try unsafe file.writeAll(bytes.span.bytes, at: 0)
        #expect(try PageCache.make(.cold, files: [path]).objection == nil)
        #expect(PageCache.cachedPages(of: [path]) == .value(0))
        #expect(try PageCache.make(.hot, files: [path]).objection == nil)
        #expect(PageCache.cachedPages(of: [path]) == .value(UInt64(pages)))

        // What a process has touched in a mapping is not dropped.
        let mapping = try FileMapping(file, byteCount: bytes.count)
        #expect(unsafe mapping.bytes[bytes.count / 2] == 7)
        let kept = try #require(try PageCache.make(.cold, files: [path]).objection)
        #expect(kept.hasPrefix("the log was to be cold, but "))
        #expect(kept.hasSuffix(" of its \(pages) pages are in the page cache"))
        withExtendedLifetime(mapping) {}
    }

    @Test("is objected to when a hot file is not there")
    func missing() {
        let outcome = PageCache.Outcome(
            wanted: .hot, pages: 10, cachedBefore: .value(0), cachedAfter: .value(9))
        #expect(outcome.objection == "the log was to be hot, but 9 of its 10 pages are in the page cache")
        func isHot(_ cached: UInt64, of pages: UInt64) -> Bool {
            let outcome = PageCache.Outcome(
                wanted: .hot, pages: pages, cachedBefore: .value(0), cachedAfter: .value(cached))
            return outcome.objection == nil
        }
        #expect(isHot(9_990, of: 10_000) && isHot(10_000, of: 10_000) && isHot(10_001, of: 10_000))
        #expect(!isHot(9_989, of: 10_000) && !isHot(998, of: 999))
        let unknown = PageCache.Outcome(
            wanted: .hot, pages: 10, cachedBefore: .value(0), cachedAfter: .notMeasured(because: "ENOSYS"))
        #expect(unknown.objection == nil)
    }
}
