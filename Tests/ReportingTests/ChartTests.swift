import Foundation
import Results
import Testing

@testable import Reporting

@Suite("Charts", .serialized)
struct ChartTests {
    static let size = "producer.batch.size"
    static let placement = "broker.placement"
    static let spec = ChartSpec(metric: "produce_bytes_per_s", x: size, series: placement)
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func run(
        sizes: [String] = ["4KiB", "64KiB", "1MiB"], charts: [ChartSpec] = [spec], legs: Int = 7,
        title: String = "Made up",
        placements: [String] = ["sequential", "random"], exclude: (([AxisValue]) -> Bool)? = nil,
        value: (String, [AxisValue]) -> Double? = { column, _ in column == "produce_bytes_per_s" ? 5e8 : nil }
    ) throws -> Run {
        try SyntheticRun.make(
            in: folder.url, title: title,
            axes: [.init(key: Self.placement, values: placements), .init(key: Self.size, values: sizes)],
            charts: charts,
            legs: legs, exclude: exclude, value: value)
    }

    @Test("sizes stand at the logarithm of their ratio, names evenly, numbers that would collide evenly too")
    func scales() {
        #expect(AxisScale(["4KiB", "64KiB", "1MiB"], slots: 9).positions == [0, 1, 2])
        #expect(AxisScale(["1", "2", "16"], slots: 9).positions == [0, 0.5, 2])
        #expect(AxisScale(["16", "1", "2"], slots: 9).labels == ["1", "2", "16"])
        #expect(AxisScale(["1", "2", "4"], slots: 9).spacing == .linear)
        #expect(AxisScale(["0ms", "5ms", "100ms"], slots: 9).spacing == .even)
        #expect(AxisScale(["none", "zstd"], slots: 9).spacing == .names)
        #expect(AxisScale(["1", "2", "4"], slots: 9, forceNames: true).spacing == .names)
        #expect(AxisScale.number("1.5s") == 1.5e9)
        #expect(AxisScale.number("12parsec") == nil)
    }

    @Test("numbers make lines, names make bars, and names over a wide range make dots")
    func styles() throws {
        let lines = try #require(Chart(Self.spec, of: try run()))
        #expect(lines.style == .lines && lines.seriesNames == ["sequential", "random"])
        let byPlacement = ChartSpec(metric: "produce_bytes_per_s", x: Self.placement, series: Self.size)
        #expect(try #require(Chart(byPlacement, of: try run())).style == .bars)
        let wide = try run(value: { _, axes in axes[Self.placement] == "random" ? 1e6 : 1e9 })
        let dots = try #require(Chart(byPlacement, of: wide))
        #expect(dots.style == .dots && dots.isLogarithmic)
    }

    @Test("an ideal line grows as x does, from the first value on, and says how much of it was reached")
    func ideal() throws {
        let spec = ChartSpec(metric: "produce_bytes_per_s", x: Self.size, series: Self.placement, ideal: .proportional)
        let growing = try run(
            sizes: ["1KiB", "2KiB", "4KiB"],
            value: { column, axes in
                guard column == "produce_bytes_per_s" else { return nil }
                return ["1KiB": 1e8, "2KiB": 1.8e8, "4KiB": 3e8][axes[Self.size] ?? ""]
            })
        let chart = try #require(Chart(spec, of: growing))
        let points = chart.panels[0].series[0]
        let first = points[0].estimate.median
        #expect(points.map(\.ideal) == [first, 2 * first, 4 * first])
        #expect(try #require(chart.extent).high >= 4 * first)
        let script = ChartScript(chart, name: "ideal").text
        for point in points {
            let share = Int((point.estimate.median / (point.ideal ?? 0) * 100).rounded())
            #expect(script.contains("\"\(share) %\""))
        }
        // Where it leaves the values far behind, it leaves the chart.
        let flat = try run(sizes: ["1KiB", "64KiB"], value: { $0 == "produce_bytes_per_s" && !$1.isEmpty ? 1e8 : nil })
        #expect(try #require(Chart(spec, of: flat)?.extent).high < 2e8)
    }

    @Test("an axis that the chart does not name is never mixed into one series")
    func unnamedAxes() throws {
        let chart = try #require(Chart(ChartSpec(metric: "produce_bytes_per_s", x: Self.size), of: try run()))
        #expect(chart.seriesNames == ["sequential", "random"])
        #expect(chart.seriesTitle == Self.placement)
    }

    @Test("a metric that no leg measured has no chart, and the user is told")
    func unmeasured() throws {
        let outcome = try ChartWriter.write(
            run: try run(charts: [ChartSpec(metric: "consume_bytes_per_s", x: Self.size)]))
        #expect(outcome.drawings.isEmpty)
        #expect(outcome.notices == ["no chart of consume_bytes_per_s by producer.batch.size: no leg measured it"])
    }

    @Test("a missing cell is a gap in its line, and one leg has no interval")
    func gaps() throws {
        let gap = try run(legs: 1, exclude: { $0[Self.size] == "64KiB" && $0[Self.placement] == "random" })
        let chart = try #require(Chart(Self.spec, of: gap))
        #expect(chart.panels[0].series.map(\.count) == [3, 2])
        #expect(chart.subtitle.hasSuffix("one leg, so no interval"))
        let script = ChartScript(chart, name: "x").text
        let block = script.components(separatedBy: "$p0s1 << END\n")[1].components(separatedBy: "END")[0]
        #expect(block.components(separatedBy: "\n").map(\.isEmpty) == [false, true, false, true])
        #expect(!script.contains("yerrorbars"))
    }

    @Test("a panel without any value is drawn empty, and all zeros are drawn at zero", arguments: [0.0, 5e8])
    func emptyPanel(value: Double) throws {
        let facets = ChartSpec(metric: "produce_bytes_per_s", x: Self.size, facet: Self.placement)
        let bars = ChartSpec(metric: "produce_bytes_per_s", x: Self.size, facet: Self.placement, kind: .bars)
        let half = try run(
            charts: [facets, bars],
            value: { column, axes in
                column == "produce_bytes_per_s" && axes[Self.placement] == "random" ? value : nil
            })
        let outcome = try ChartWriter.write(run: half)
        #expect(outcome.drawings.count == 2 && outcome.notices == [])
    }

    @Test("marks of the vertical axis are round numbers from zero, or decades")
    func marks() {
        let scale = MetricUnit.Scale(divisor: 1e6, symbol: "MB/s")
        let linear = ValueAxis((1e6, 9.1e8), isLogarithmic: false, scale: scale, unit: .bytesPerSecond)
        #expect(linear.marks.map(\.label) == ["0", "250", "500", "750", "1000"])
        let small = ValueAxis((0, 1.1e6), isLogarithmic: false, scale: scale, unit: .bytesPerSecond)
        #expect(small.marks.map(\.label) == ["0.00", "0.25", "0.50", "0.75", "1.00", "1.25"])
        let wide = ValueAxis((2e3, 3e6), isLogarithmic: true, scale: scale, unit: .bytesPerSecond)
        #expect(wide.marks.map(\.label) == ["1 kB/s", "10 kB/s", "100 kB/s", "1 MB/s", "10 MB/s"])
        let bytes = ValueAxis(
            (3e3, 1.2e6), isLogarithmic: true, scale: .init(divisor: 1024, symbol: "KiB"), unit: .bytes)
        #expect(bytes.marks.map(\.label) == ["1 KiB", "4 KiB", "16 KiB", "64 KiB", "256 KiB", "1 MiB", "4 MiB"])
    }

    @Test(
        "gnuplot takes hostile text literally",
        arguments: ["it's", "'; system('false') #", "a\nb", "\"`x`\\", "'\u{301}"])
    func quoting(text: String) {
        let quoted = ChartCanvas.quoted(text)
        let inner = quoted.unicodeScalars.dropFirst().dropLast()
        #expect(quoted.unicodeScalars.first == "'" && quoted.unicodeScalars.last == "'")
        #expect(inner.count { $0 == "'" } == 2 * text.unicodeScalars.count { $0 == "'" })
        #expect(!inner.contains("\n"))
    }

    @Test("every chart is drawn as SVG and PNG, and its script alone draws the same again")
    func redraw() throws {
        let mark = folder.url.appending(path: "mark")
        let hostile = "it's `touch \(mark.path)` $(touch \(mark.path)) \"q\" \\ {a}_b^c @d"
        let bars = ChartSpec(metric: "produce_bytes_per_s", x: Self.placement, facet: Self.size, title: hostile)
        let run = try run(charts: [Self.spec, bars], title: hostile, placements: ["sequential", hostile, "x'\u{301}"])
        let outcome = try ChartWriter.write(run: run)
        #expect(outcome.notices == [])
        #expect(outcome.drawings.count == 2)
        #expect(!FileManager.default.fileExists(atPath: mark.path))
        for drawing in outcome.drawings {
            let svg = try Data(contentsOf: drawing.svg)
            let png = try Data(contentsOf: drawing.png)
            #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(String(decoding: svg, as: UTF8.self).contains("`touch"))

            let elsewhere = folder.url.appending(path: "elsewhere")
            try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
            let script = try String(contentsOf: drawing.script, encoding: .utf8)
            #expect(try Gnuplot.draw(script, in: elsewhere) == "")
            #expect(try Data(contentsOf: elsewhere.appending(path: drawing.svg.lastPathComponent)) == svg)
            #expect(try Data(contentsOf: elsewhere.appending(path: drawing.png.lastPathComponent)) == png)
        }
    }

    @Test("a chart's colours are those that the page's style sheet turns for dark screens")
    func colours() throws {
        let drawing = try #require(try ChartWriter.write(run: try run()).drawings.first)
        let svg = try String(contentsOf: drawing.svg, encoding: .utf8)
        for attribute in [
            "fill=\"rgb(26,26,26)\"", "fill=\"rgb(85,85,85)\"", "stroke='rgb( 85,  85,  85)'",
            "stroke='rgb(221, 221, 221)'", "<rect x=\"0\" y=\"0\" width=\"960\"",
        ] { #expect(svg.contains(attribute), "\(attribute)") }
    }

    @Test("a missing gnuplot is an error that says what to install, and leaves the results alone")
    func missingProgram() throws {
        let run = try run()
        try run.writeSummary()
        let error = try #require(throws: GnuplotError.self) {
            try ChartWriter.write(run: run, program: "no-such-gnuplot-here")
        }
        #expect(error == .missing)
        #expect(error.description.contains("apt install gnuplot-nox"))
        #expect(FileManager.default.fileExists(atPath: run.folder.summary.path))
    }

    @Test("a gnuplot that fails is an error with its words")
    func failingScript() throws {
        let error = try #require(throws: GnuplotError.self) { try Gnuplot.draw("plot nonsense(\n", in: folder.url) }
        guard case .failed(let status, let messages) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(status == 1 && messages.contains("invalid expression"))
    }

    @Test("a gnuplot that ends before it has read a long script is an error, not a broken pipe")
    func earlyEnd() throws {
        let script = "exit status 3\n" + String(repeating: "# nothing more is read\n", count: 100_000)
        let error = try #require(throws: GnuplotError.self) { try Gnuplot.draw(script, in: folder.url) }
        guard case .failed(status: 3, _) = error else {
            Issue.record("\(error)")
            return
        }
    }
}
