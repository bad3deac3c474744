/// What the command line changes in a scenario.
package struct Overrides: Sendable {
    /// The texts of `--set`, each `key=value` or `axis=value,value`.
    package var set: [String]
    package var rounds: Int?
    package var seed: UInt64?
    package var quick: Bool

    package init(set: [String] = [], rounds: Int? = nil, seed: UInt64? = nil, quick: Bool = false) {
        self.set = set
        self.rounds = rounds
        self.seed = seed
        self.quick = quick
    }
}
