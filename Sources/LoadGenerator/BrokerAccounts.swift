package import Measurement

/// Asks the brokers of a leg what they used in a window.
package protocol BrokerAccounts {
    /// Every broker starts its accounts anew.
    func begin() throws
    /// What each broker used since `begin`.
    func end() throws -> [UsageRecord]
}
