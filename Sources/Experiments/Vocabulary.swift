/// The names that a scenario may use but that are defined elsewhere: strategies by key, and metrics.
package struct Vocabulary: Sendable {
    /// For each strategy key, such as `broker.append.path`, what its catalog holds.
    package var strategies: [String: [VocabularyEntry]]
    /// The metrics that claims, charts and headlines may name.
    package var metrics: [String]
    /// Those of which neither more nor less is better.
    package var undirected: Set<String>

    package init(
        strategies: [String: [VocabularyEntry]], metrics: [String], undirected: Set<String> = []
    ) {
        self.strategies = strategies
        self.metrics = metrics
        self.undirected = undirected
    }

    func entry(_ name: String, of key: String) -> VocabularyEntry? {
        strategies[key]?.first { $0.name == name }
    }
}

/// A strategy as a scenario sees it.
package struct VocabularyEntry: Sendable {
    package var name: String
    package var summary: String
    /// Why this machine cannot run it; nil when it can.
    package var unavailable: String?
    /// The keys that must be set with it. A key that some strategy needs is refused beside one that does not.
    package var needs: [String]
    /// What it cannot be combined with.
    package var conflicts: [Conflict]
    /// The levels a codec takes; nil when it has none.
    package var levels: ClosedRange<Int>?
    /// A segment takes its full size on the disk from the beginning.
    package var reservesSegments: Bool
    /// It flushes after every batch, for the estimate of time.
    package var flushesEachBatch: Bool
    /// What a cell with it does not promise.
    package var withholds: Set<Guarantee>
    /// What a cell with it promises, whatever another strategy withholds.
    package var grants: Set<Guarantee>
    /// The targets on which it works.
    package var targets: [Target]

    /// A value of another key that this strategy excludes, and why.
    package struct Conflict: Sendable {
        package var key: String
        package var values: [String]
        package var reason: String

        package init(key: String, values: [String], reason: String) {
            self.key = key
            self.values = values
            self.reason = reason
        }
    }

    package init(
        name: String, summary: String, unavailable: String? = nil, needs: [String] = [], conflicts: [Conflict] = [],
        levels: ClosedRange<Int>? = nil, reservesSegments: Bool = false, flushesEachBatch: Bool = false,
        withholds: Set<Guarantee> = [], grants: Set<Guarantee> = [], targets: [Target] = Array(Target.allCases)
    ) {
        self.name = name
        self.summary = summary
        self.unavailable = unavailable
        self.needs = needs
        self.conflicts = conflicts
        self.levels = levels
        self.reservesSegments = reservesSegments
        self.flushesEachBatch = flushesEachBatch
        self.withholds = withholds
        self.grants = grants
        self.targets = targets
    }
}
