package import Measurement

/// Asks the brokers of a leg what they used in a window, and what their own caches have.
package protocol BrokerAccounts {
    /// Every broker starts its accounts anew.
    func begin() throws
    /// What each broker used since `begin`.
    func end() throws -> [UsageRecord]
    /// Bytes of logs in the brokers' own caches.
    func cachedByteCount() throws -> Int
    /// Empties those caches.
    ///
    /// - Returns: What they have then.
    func forgetCaches() throws -> Int
}
