/// Who keeps what was read of the log: the key `cache`.
package enum ReadCache: String, Sendable, CaseIterable {
    /// The kernel, for whoever reads the files.
    case pageCache = "page-cache"
    /// Nobody: each fetch reads from the device (O_DIRECT).
    case none
    /// The broker: it reads from the device and keeps the blocks used last, as many as `cache.bytes` allows.
    case application
}
