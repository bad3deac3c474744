import Results

/// How a chart's series are told apart: the colours of Okabe and Ito (2008), which the colour-blind can tell apart,
/// each with a shape of its own, so that a chart also reads in grey.
enum Palette {
    /// Yellow is left out: it does not stand out from white.
    private static let colors = ["0072B2", "E69F00", "009E73", "D55E00", "CC79A7", "56B4E9", "777777"]
    /// gnuplot's point types: disc, square, triangle, diamond, inverted triangle, pentagon, circle.
    private static let shapes = [7, 5, 9, 13, 11, 15, 6]
    private static let dashes = [1, 2, 4]

    /// The colour of a series as `#RRGGBB`.
    static func color(_ series: Int) -> String { "#\(colors[series % colors.count])" }

    /// The same colour, mostly transparent: `#AARRGGBB`, where 00 is opaque.
    static func faintColor(_ series: Int) -> String { "#90\(colors[series % colors.count])" }

    static func shape(_ series: Int) -> Int { shapes[series % shapes.count] }

    /// Solid for the first round of colours, then dashed.
    static func dash(_ series: Int) -> Int { dashes[series / colors.count % dashes.count] }

    /// A verdict's colour and shape: a green disc, a red diamond, a grey circle.
    static func mark(_ verdict: ClaimVerdict) -> (color: String, shape: Int) {
        switch verdict {
        case .holds: (color(2), shape(0))
        case .refuted: (color(3), shape(3))
        case .undecided: (quiet, shape(6))
        }
    }

    /// Text and marks that must be read.
    static let ink = "#1a1a1a"
    /// Marks on a bar.
    static let faintInk = "#901a1a1a"
    /// Text that explains.
    static let quiet = "#555555"
    /// Lines to compare by, and areas behind the data.
    static let grid = "#dddddd"
    static let paper = "#ffffff"
}
