internal import Foundation
internal import LinuxKernel
internal import Results

/// The limits of a machine since it was booted, kept beside the runs that measured them.
enum LimitsStore {
    /// What has to be the same for a limit to be.
    struct Place: Codable, Equatable {
        var boot: String
        var device: String

        /// nil where the kernel does not tell.
        init?(directory: String) {
            guard let boot = try? TextFile.read("/proc/sys/kernel/random/boot_id"),
                let identity = try? FileIdentity(of: directory)
            else { return nil }
            self.boot = boot.trimmingCharacters(in: .whitespacesAndNewlines)
            device = "\(identity.device)"
        }
    }

    private struct Content: Codable {
        var place: Place
        var limits: [MeasuredLimit]
    }

    private static let secondsOfUse = 3600

    static func read(_ url: URL, at place: Place) -> [String: MeasuredLimit] {
        // What cannot be read is measured again.
        guard let content = try? ResultsFile.read(Content.self, from: url), content.place == place else { return [:] }
        let now = Int(WallClock.now() / 1_000_000_000)
        let fresh = content.limits.filter { $0.plain != nil && (0...secondsOfUse).contains(now - $0.time) }
        return Dictionary(fresh.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The run has its own copy, so it does not matter where this one cannot be written.
    static func add(_ limits: [MeasuredLimit], to url: URL, at place: Place) {
        let all = read(url, at: place).merging(limits.map { ($0.name, $0) }) { $1 }
        let content = Content(place: place, limits: all.values.filter { $0.plain != nil }.sorted { $0.name < $1.name })
        try? ResultsFile.write(content, to: url)
    }
}
