package import Experiments
internal import Foundation

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

    /// A fault that brokers are given, to see whether it is found; nil for none.
    package var handicap: String?

    package init(
        settings: Settings, target: Target, dataDirectory: String, seed: UInt64, parent: Int32, handicap: String? = nil
    ) {
        self.settings = settings
        self.target = target
        self.dataDirectory = dataDirectory
        self.seed = seed
        self.parent = parent
        self.handicap = handicap
    }

    /// The order as JSON.
    ///
    /// - Parameter knownSettings: The settings that the program has which is told; nil for this build's own. What it
    ///   does not know is left out where it has its default, which is what a build without the setting does.
    /// - Throws: `ValueError` if the leg needs a setting that the program does not have.
    func order(knownSettings: Set<String>?) throws(ValueError) -> String {
        do {
            let whole = try JSONEncoder().encode(LoadOrder.leg(self))
            guard let knownSettings else { return String(decoding: whole, as: UTF8.self) }
            guard var order = try JSONSerialization.jsonObject(with: whole) as? [String: [String: [String: Any]]],
                let kind = order.keys.first, let label = order[kind]?.keys.first
            else { preconditionFailure("a leg's order is an object in the object of its kind") }
            order[kind]?[label]?["settings"] = try settings.texts(knownTo: knownSettings)
            return String(decoding: try JSONSerialization.data(withJSONObject: order), as: UTF8.self)
        } catch let error as ValueError {
            throw error
        } catch {
            preconditionFailure("a leg's order has no JSON form: \(error)")
        }
    }
}
