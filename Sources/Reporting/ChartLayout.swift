/// The places of a chart's parts on its canvas, in pixels from the top left, worked out from the lengths of its texts
/// so that none overlaps another.
struct ChartLayout {
    static let width = 960.0
    static let fontSize = 12.0

    struct Frame: Equatable {
        var left: Double
        var right: Double
        var top: Double
        var bottom: Double
    }

    struct Spot: Equatable {
        var x: Double
        var y: Double
    }

    let height: Double
    /// Where the legend names what its entries are values of.
    let legendTitle: Spot
    /// The left ends of the legend's entries: the mark, then the name. Empty without a legend.
    let legend: [Spot]
    /// The middle of the line that names the vertical axis.
    let axisTitleTop: Double
    /// The plot areas of the panels, row by row.
    let frames: [Frame]
    let columns: Int
    /// Whether the labels under the axis are turned, because they are too long to stand side by side.
    let turnsLabels: Bool

    /// - Parameters:
    ///   - series: the legend's entries and what they are values of.
    ///   - panels: how many plots share the axes.
    ///   - labels: the marks of the horizontal axis.
    ///   - longestMark: the length of the longest mark of the vertical one.
    init(series: (title: String, names: [String]), panels: Int, labels: [String], longestMark: Int) {
        let margin = 20.0
        let gap = 28.0
        legendTitle = Spot(x: margin, y: 74)
        let flow = Self.flow(series, from: legendTitle, to: Self.width - margin)
        legend = flow.spots
        axisTitleTop = flow.bottom + 24

        columns = Self.columns(of: panels)
        let rows = (panels + columns - 1) / columns
        var left = margin + Self.textWidth(longestMark) + 10
        let columns = columns
        func panelWidth() -> Double { (Self.width - left - margin - Double(columns - 1) * gap) / Double(columns) }
        func slot() -> Double { panelWidth() / Double(max(1, labels.count)) }

        let longestLabel = Self.textWidth(labels.map { Self.shortened($0).count }.max() ?? 0)
        turnsLabels = longestLabel > slot() - 6 && labels.count > 1
        // A turned label ends under its mark, so the first one needs room to its left.
        if turnsLabels { left = max(left, longestLabel * 0.87 - slot() / 2 + margin) }
        let panelWidth = panelWidth()
        let labelHeight = turnsLabels ? longestLabel * 0.45 + 22 : 22
        let headingHeight = panels > 1 ? 26.0 : 0
        let plotHeight = rows == 1 ? 330.0 : 220.0

        let top = axisTitleTop + 18
        let rowHeight = headingHeight + plotHeight + labelHeight + 10
        frames = (0..<panels).map { index in
            let frameLeft = left + Double(index % columns) * (panelWidth + gap)
            let frameTop = top + Double(index / columns) * rowHeight + headingHeight
            return Frame(left: frameLeft, right: frameLeft + panelWidth, top: frameTop, bottom: frameTop + plotHeight)
        }
        height = (top + Double(rows) * rowHeight + 24).rounded(.up)
    }

    /// A generous guess at the width of a text in a sans-serif face.
    static func textWidth(_ characters: Int) -> Double { Double(characters) * fontSize * 0.62 }

    /// The text, cut off with an ellipsis where its room ends: by default where the canvas does.
    static func fitted(_ text: String, in room: Double = width - 40, size: Double = 1) -> String {
        let room = Int(room / (textWidth(1) * size))
        return text.count <= room ? text : text.prefix(room - 1) + "…"
    }

    /// The sentence in lines of at most `room` pixels; what is left of it after `lines` of them gives way to an
    /// ellipsis.
    static func wrapped(_ text: String, in room: Double, lines: Int) -> [String] {
        // Words take less room than names and figures, in which letters are wide.
        let room = room * 1.1
        var wrapped: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = wrapped.last, textWidth(last.count + 1 + word.count) <= room {
                wrapped[wrapped.count - 1] = "\(last) \(word)"
            } else if wrapped.count == lines {
                wrapped[lines - 1] = fitted("\(wrapped[lines - 1]) …", in: room)
                break
            } else {
                wrapped.append(fitted(String(word), in: room))
            }
        }
        return wrapped
    }

    /// A name short enough for an axis or a legend: names differ at their ends as often as at their beginnings, so a
    /// long one loses its middle.
    static func shortened(_ name: String) -> String {
        name.count <= 28 ? name : "\(name.prefix(15))…\(name.suffix(12))"
    }

    /// How many of `panels` stand side by side.
    static func columns(of panels: Int) -> Int { panels == 4 ? 2 : min(panels, 3) }

    /// Sets the legend's entries one after the other, in as many lines as they need.
    private static func flow(
        _ series: (title: String, names: [String]), from title: Spot, to right: Double
    ) -> (spots: [Spot], bottom: Double) {
        guard series.names.count > 1 else { return ([], title.y - 20) }
        let left = title.x + textWidth(series.title.count) + 12
        var spot = Spot(x: left, y: title.y)
        let spots = series.names.map { name in
            let width = 34 + textWidth(name.count)
            if spot.x + width > right, spot.x > left { spot = Spot(x: left, y: spot.y + 20) }
            defer { spot.x += width + 18 }
            return spot
        }
        return (spots, spot.y)
    }
}
