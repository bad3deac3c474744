/// The flush policies there are. A new one is a file beside `NoFlush.swift` and a line in `all`.
///
/// A log by itself flushes where it writes. In a broker the flusher does it, for many writes at once, while the reactor
/// goes on; the writes are acknowledged and read afterwards.
package enum FlushPolicyCatalog {
    /// One policy: what a reader should know of it, and how to make it.
    package struct Entry: Sendable {
        package let name: String
        package let summary: String
        /// Whether an acknowledged record survives a crash of the machine.
        package let isDurable: Bool
        /// Whether writers wait for the device, if only now and then, so that they are no faster than it.
        package let waitsForDevice: Bool
        /// The setting that it cannot do without, by Kafka's name; nil when there is none.
        package let requiredSetting: String?
        let make: @Sendable (LogConfiguration) throws(LogError) -> FlushPolicy
    }

    package static let all: [Entry] = [
        Entry(
            name: "none", summary: "the kernel writes back when it likes: Kafka's default",
            isDurable: false, waitsForDevice: false, requiredSetting: nil,
            make: { _ throws(LogError) in NoFlush() }),
        Entry(
            name: "messages", summary: "fdatasync after every flush.messages records",
            isDurable: false, waitsForDevice: true, requiredSetting: "flush.messages",
            make: { (configuration) throws(LogError) in
                FlushEveryMessages(
                    limit: try configuration.flushMessages.required(as: "flush.messages", by: "messages"))
            }),
        Entry(
            name: "interval", summary: "fdatasync every flush.ms, on a thread beside the appends",
            isDurable: false, waitsForDevice: false, requiredSetting: "flush.ms",
            make: { (configuration) throws(LogError) in
                let milliseconds = try configuration.flushMilliseconds.required(as: "flush.ms", by: "interval")
                return FlushInterval(nanoseconds: milliseconds * 1_000_000)
            }),
        Entry(
            name: "fsync", summary: "fsync after every write: data and all metadata, before it is acknowledged",
            isDurable: true, waitsForDevice: true, requiredSetting: nil,
            make: { _ throws(LogError) in FlushEveryBatch(with: .sync) }),
        Entry(
            name: "fdatasync", summary: "fdatasync after every write: data and what is needed to read it back",
            isDurable: true, waitsForDevice: true, requiredSetting: nil,
            make: { _ throws(LogError) in FlushEveryBatch(with: .dataSync) }),
        Entry(
            name: "sync-file-range",
            summary: "sync_file_range after every write: written back, but not durable (no metadata, no device flush)",
            isDurable: false, waitsForDevice: true, requiredSetting: nil,
            make: { _ throws(LogError) in FlushEveryBatch(with: .writeBack) }),
    ]

    /// The entry of that name; nil when there is none.
    package static func entry(named name: String) -> Entry? {
        all.first { $0.name == name }
    }
}

extension Optional {
    fileprivate func required(as setting: String, by policy: String) throws(LogError) -> Wrapped {
        guard let self else {
            throw .incompatible(path: "flush.policy \(policy)", reason: "it needs \(setting)")
        }
        return self
    }
}
