import Foundation

/// Prepares gnuplot's SVG to stand inside a page.
enum InlineChart {
    /// The SVG element of `file`, without the XML prolog; its identifiers begin with `prefix`, so that charts on one
    /// page do not refer to each other's parts, and its title is `title`.
    ///
    /// - Returns: nil if the file holds no SVG element.
    static func element(of file: String, prefix: String, title: String) -> String? {
        guard let start = file.range(of: "<svg")?.lowerBound, file.contains("</svg>") else { return nil }
        var svg = String(file[start...])
        svg = svg.replacing("id='", with: "id='\(prefix)-").replacing("id=\"", with: "id=\"\(prefix)-")
            .replacing("xlink:href='#", with: "xlink:href='#\(prefix)-").replacing("url(#", with: "url(#\(prefix)-")
        // gnuplot names itself there; a screen reader reads the title aloud.
        if let open = svg.range(of: "<title>"), let close = svg.range(of: "</desc>"), open.upperBound < close.lowerBound
        {
            svg.replaceSubrange(open.lowerBound..<close.upperBound, with: "<title>\(escaped(title))</title>")
        }
        return svg.replacing("<svg", with: "<svg role=\"img\"", maxReplacements: 1)
    }

    /// Text for an XML element or attribute.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
