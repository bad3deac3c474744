/// A sentence of a report: plain text with names between backquotes, for a page and for Markdown.
struct Sentence: Equatable {
    let text: String

    init(_ text: String) { self.text = text }

    /// For a template that escapes.
    var spans: [DescriptionText.Span] { DescriptionText.spans(text) }

    var markdown: String {
        spans.map { span in
            span.text.isEmpty
                ? span.code.map { "`\($0.replacing("|", with: "\\|"))`" } ?? "" : MarkdownText.escaped(span.text)
        }.joined()
    }

    /// A name as ``text`` holds it: a backquote within would end it, a line break the sentence.
    static func name(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar == "`" ? "'" : scalar.properties.generalCategory == .control ? " " : scalar
        }
        return "`\(String(String.UnicodeScalarView(plain)))`"
    }

    /// `a`, `b` and `c`.
    static func list(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return "\(parts.dropLast().joined(separator: ", ")) and \(last)"
    }

    /// `1 round`, `2 rounds`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// A title within a sentence: `Produce throughput` as `produce throughput`, `CPU stolen` as it is.
    static func inner(_ title: String) -> String {
        guard let first = title.first, title.dropFirst().first?.isUppercase == false else { return title }
        return first.lowercased() + title.dropFirst()
    }
}
