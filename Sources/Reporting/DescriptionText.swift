/// A scenario's description, as far as it is marked up: paragraphs between blank lines, list items that begin with
/// `- `, code between backquotes. Everything else is text, for the template to escape.
struct DescriptionText {
    /// Text in one face.
    struct Span: Equatable {
        var text: String
        var code: String?
    }

    /// A paragraph, or the items of a list.
    struct Block: Equatable {
        var paragraph: [Span]
        var items: [[Span]]
        var isList: Bool
    }

    let blocks: [Block]

    init(_ description: String) {
        blocks = description.split(separator: "\n", omittingEmptySubsequences: false)
            .split { $0.allSatisfy(\.isWhitespace) }
            .map { Self.block($0.map(String.init)) }
    }

    private static func block(_ lines: [String]) -> Block {
        guard lines.first?.hasPrefix("- ") == true else {
            return Block(paragraph: spans(lines.joined(separator: " ")), items: [], isList: false)
        }
        var items: [String] = []
        for line in lines {
            if line.hasPrefix("- ") {
                items.append(String(line.dropFirst(2)))
            } else {
                items[items.count - 1] += " " + line.drop(while: \.isWhitespace)
            }
        }
        return Block(paragraph: [], items: items.map(spans), isList: true)
    }

    /// An unpaired backquote is a character like any other.
    static func spans(_ text: String) -> [Span] {
        let parts = text.split(separator: "`", omittingEmptySubsequences: false).map(String.init)
        guard !parts.count.isMultiple(of: 2) else { return [Span(text: text, code: nil)] }
        return parts.enumerated().map { index, part in
            index.isMultiple(of: 2) ? Span(text: part, code: nil) : Span(text: "", code: part)
        }
    }
}
