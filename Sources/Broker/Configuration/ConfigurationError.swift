/// A setting that cannot be taken: which one, and what to write instead.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The key as it was written, or the line or argument that has none.
    package let key: String
    package let reason: String

    package init(_ key: String, _ reason: String) {
        self.key = key
        self.reason = reason
    }

    package var description: String { "\(key): \(reason)" }
}
