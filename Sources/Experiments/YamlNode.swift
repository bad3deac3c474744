/// A YAML document as a tree of texts with their places: no tags, no types, no anchors. Reading it refuses what a
/// scenario has no use for, so that what comes after need not fear its input.
indirect enum YamlNode: Sendable {
    case scalar(String, SourceLocation)
    case sequence([YamlNode], SourceLocation)
    case mapping([Entry], SourceLocation)

    struct Entry: Sendable {
        var key: String
        var keyLocation: SourceLocation
        var value: YamlNode
    }

    var location: SourceLocation {
        switch self {
        case .scalar(_, let location), .sequence(_, let location), .mapping(_, let location): location
        }
    }

    /// What stands here, for an error's text.
    var kind: String {
        switch self {
        case .scalar(let text, _): text.isEmpty ? "nothing" : "'\(text)'"
        case .sequence: "a list"
        case .mapping: "a map"
        }
    }

    /// Nothing was written after the colon.
    var isEmpty: Bool {
        if case .scalar(let text, _) = self { text.isEmpty } else { false }
    }
}
