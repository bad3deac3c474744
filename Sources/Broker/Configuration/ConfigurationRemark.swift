/// What an operator should know of a configuration that can be used as it is.
package struct ConfigurationRemark: Sendable, Equatable {
    /// Something was probably meant otherwise.
    package var isWarning: Bool
    package var text: String

    static func notice(_ text: String) -> Self { Self(isWarning: false, text: text) }
    static func warning(_ text: String) -> Self { Self(isWarning: true, text: text) }
}

extension BrokerConfiguration {
    /// What is said of it when a broker starts: what has no effect is named in one sentence, not in one for each key.
    package var allRemarks: [ConfigurationRemark] {
        var all = remarks
        if !withoutSecurity.isEmpty {
            all.append(
                .warning(
                    "without effect, since whoever reaches the listener may do everything here: "
                        + withoutSecurity.joined(separator: ", ")))
        }
        if !withoutEffect.isEmpty {
            all.append(
                .notice(
                    "without effect, since this broker has no such part: " + withoutEffect.joined(separator: ", ")))
        }
        return all
    }
}
