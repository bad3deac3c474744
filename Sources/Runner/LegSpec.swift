package import Experiments

/// What the load process is told on its standard input: one cell's settings and where its data goes.
package struct LegSpec: Sendable, Codable, Equatable {
    package var settings: Settings
    package var target: Target
    /// An empty directory of this leg's own.
    package var dataDirectory: String
    /// The same for all legs of a run, so that all write the same bytes.
    package var seed: UInt64
    /// The process that started this one, and with which it ends.
    package var parent: Int32

    /// Where its nodes run; one on target `log`, which is this process itself.
    var places: [NodePlace] { NodePlace.all(settings, in: dataDirectory) }

    package init(settings: Settings, target: Target, dataDirectory: String, seed: UInt64, parent: Int32) {
        self.settings = settings
        self.target = target
        self.dataDirectory = dataDirectory
        self.seed = seed
        self.parent = parent
    }
}
