import Results

/// The sheet that a chart is drawn on: what every script begins and ends with, and texts at places in pixels from the
/// top left.
struct ChartCanvas {
    let height: Double

    /// The gnuplot script that draws `<name>.svg` and `<name>.png` in the folder it is run in.
    ///
    /// - Parameters:
    ///   - data: gnuplot's data blocks.
    ///   - commands: what is drawn, the same for both pictures.
    func script(name: String, data: [String], commands: [String]) -> String {
        let width = Int(ChartLayout.width)
        let height = Int(height)
        var lines = ["# Draws \(name).svg and \(name).png in the folder it is run in: gnuplot \(name).gp"] + data
        lines += [
            "do for [format in 'svg png'] {",
            "  if (format eq 'svg') {",
            "    set terminal svg size \(width),\(height) dynamic noenhanced font 'sans-serif,12' "
                + "background '\(Palette.paper)'",
            "  } else {",
            // Twice the size in pixels, for sharp text on dense screens.
            "    set terminal pngcairo size \(2 * width),\(2 * height) noenhanced font 'DejaVu Sans,9' "
                + "fontscale 2 linewidth 2 pointscale 2 background '\(Palette.paper)'",
            "  }",
            "  set output \(Self.quoted(name + ".")).format",
        ]
        lines += commands.map { "  \($0)" }
        lines += ["  unset output", "  reset", "}"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The command that plots `parts`. Without any point gnuplot still draws the axes, by a line outside them.
    static func plot(_ parts: [String]) -> String {
        "plot " + (parts.isEmpty ? ["NaN notitle"] : parts).joined(separator: ", \\\n    ")
    }

    /// The chart's title and what its marks are.
    func heading(_ title: String, _ subtitle: String) -> [String] {
        [
            label(ChartLayout.fitted(title, size: 1.4), x: 20, y: 26, size: 1.4, color: Palette.ink),
            label(subtitle, x: 20, y: 48, color: Palette.quiet),
        ]
    }

    func label(
        _ text: String, x: Double, y: Double, size: Double = 1, color: String, align: String = "left"
    ) -> String {
        let font = size == 1 ? "" : " font ',\(CommaSeparated.number(ChartLayout.fontSize * size))'"
        return "set label \(Self.quoted(text)) at \(screen(x: x, y: y)) \(align)\(font) textcolor rgb '\(color)'"
    }

    func screen(x: Double, y: Double) -> String { "screen \(across(x)),\(up(y))" }

    /// The commands that put a plot's area into `frame`.
    func margins(_ frame: ChartLayout.Frame) -> [String] {
        [
            "set lmargin at screen \(across(frame.left))", "set rmargin at screen \(across(frame.right))",
            "set tmargin at screen \(up(frame.top))", "set bmargin at screen \(up(frame.bottom))",
        ]
    }

    private func across(_ x: Double) -> String { CommaSeparated.number(x / ChartLayout.width) }

    /// gnuplot counts from the bottom.
    private func up(_ y: Double) -> String { CommaSeparated.number(1 - y / height) }

    /// A mark's text, which gnuplot takes for a format.
    static func mark(_ text: String) -> String { quoted(text.replacing("%", with: "%%")) }

    /// A text as gnuplot takes it literally: in single quotes, within which it substitutes nothing, with quotes
    /// doubled; line breaks and other control characters, which would end the command, become spaces.
    static func quoted(_ text: String) -> String {
        let plain = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return "'" + String(String.UnicodeScalarView(plain)).doubling("'") + "'"
    }
}
