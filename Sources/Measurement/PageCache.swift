package import LinuxKernel

/// Puts files into a known state in the page cache, and checks that they are.
package enum PageCache {
    /// What a measurement finds in memory.
    package enum Temperature: String, Sendable, CaseIterable {
        /// Nothing: reads come from the device.
        case cold
        /// Everything: reads come from memory.
        case hot
    }

    /// What was found after a state was asked for.
    package struct Outcome: Sendable, Equatable {
        package var wanted: Temperature
        /// Pages that the files have, and how many of them were in memory before and after.
        package var pages: UInt64
        package var cachedBefore: Measured<UInt64>
        package var cachedAfter: Measured<UInt64>

        /// Whether the state is the wanted one: not a page of a cold file in memory; of a hot one all but one in a
        /// thousand, because the kernel is free to drop some at any time, and so few of them cost nothing that shows.
        package var achieved: Measured<Bool> {
            cachedAfter.map { wanted == .cold ? $0 == 0 : pages - min($0, pages) <= pages / 1000 }
        }

        /// Why what is read now is not read from where it was to be; nil where it is, or where the kernel cannot tell.
        package var objection: String? {
            guard achieved == .value(false), case .value(let cached) = cachedAfter else { return nil }
            return "the log was to be \(wanted.rawValue), but \(cached) of its \(pages) pages are in the page cache"
        }
    }

    /// Makes files cold (written back, then dropped) or hot (read once), and counts their pages before and after.
    package static func make(_ wanted: Temperature, files: [String]) throws(SystemError) -> Outcome {
        let before = cachedPages(of: files)
        var pages: UInt64 = 0
        for path in files {
            let file = try File(path, wanted == .cold ? .readWrite : .readOnly)
            let length = try file.size().length
            pages += UInt64((length + ProcessHandle.pageSize - 1) / ProcessHandle.pageSize)
            switch wanted {
            case .cold:
                // The kernel keeps pages that are dirty.
                try file.dataSync()
                try file.advise(.dontNeed)
            case .hot:
                try readThrough(file)
            }
        }
        return Outcome(wanted: wanted, pages: pages, cachedBefore: before, cachedAfter: cachedPages(of: files))
    }

    /// How many pages of the files are in memory (cachestat, Linux 6.5).
    package static func cachedPages(of files: [String]) -> Measured<UInt64> {
        Measured { () throws(SystemError) in
            var pages: UInt64 = 0
            for path in files { pages += try File(path, .readOnly).cacheState().cachedPages }
            return pages
        }
    }

    private static func readThrough(_ file: borrowing File) throws(SystemError) {
        let chunk = AlignedBuffer(byteCount: 1 << 20)
        var position = 0
        while true {
            let count = unsafe try file.read(into: chunk.bytes, at: position)
            if count == 0 { return }
            position += count
        }
    }
}
