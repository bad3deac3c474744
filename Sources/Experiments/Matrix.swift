/// The cells of a scenario before they are checked: every combination of the axes that no exclusion leaves out.
struct Matrix {
    /// Beyond this no run would end, and no table be read.
    static let cellLimit = 2_000

    /// A cell and where each of its values was written.
    struct Point {
        var axes: [AxisPoint]
        var settings = Settings()
        /// By key; a key that has its default is not in it.
        var origins: [String: SourceLocation] = [:]
    }

    /// - Throws: when there are more than ``cellLimit`` combinations.
    static func combinations(
        _ axes: [Scenario.Axis], excludes: [Scenario.Selection]
    ) throws(ValueError) -> [[Scenario.Point]] {
        var count = 1
        for axis in axes {
            let (product, overflow) = count.multipliedReportingOverflow(by: axis.points.count)
            guard !overflow, product <= cellLimit else {
                throw ValueError("the matrix has more than \(cellLimit) cells; drop an axis or some of its values")
            }
            count = product
        }
        let all = axes.reduce([[]]) { rows, axis in
            rows.flatMap { row in axis.points.map { row + [$0] } }
        }
        return all.filter { row in
            let place = place(of: row, axes)
            return !excludes.contains { $0.contains(place) }
        }
    }

    static func place(of row: [Scenario.Point], _ axes: [Scenario.Axis]) -> [AxisPoint] {
        zip(axes, row).map { AxisPoint(key: $0.name, value: $1.label) }
    }

    /// The point with the settings of `base`, and over them those of its axes.
    static func point(
        _ row: [Scenario.Point], _ axes: [Scenario.Axis], base: [Scenario.Assignment]
    ) -> Point {
        var point = Point(axes: place(of: row, axes))
        for assignment in base + row.flatMap(\.settings) {
            do throws(ValueError) {
                try point.settings.set(assignment.key, to: assignment.text)
            } catch {
                preconditionFailure("\(assignment.key) was read as \(assignment.text): \(error.message)")
            }
            point.origins[assignment.key] = assignment.location
        }
        return point
    }
}
