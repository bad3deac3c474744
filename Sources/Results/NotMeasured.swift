/// The text of the `not_measured` column: `reason: column column; other reason: column`, so that twenty metrics which
/// are missing for one reason take one phrase. A backslash before `;` or `\` in a reason keeps it a part of the reason.
enum NotMeasured {
    struct Malformed: Error { var text: String }

    /// - Parameter order: all columns, in the order in which they are listed.
    static func encode(_ reasons: [String: String], order: [String]) -> String {
        var groups: [(reason: String, columns: [String])] = []
        let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
        for column in reasons.keys.sorted(by: { (rank[$0] ?? .max, $0) < (rank[$1] ?? .max, $1) }) {
            guard let reason = reasons[column] else { continue }
            if let index = groups.firstIndex(where: { $0.reason == reason }) {
                groups[index].columns.append(column)
            } else {
                groups.append((reason, [column]))
            }
        }
        return groups.map { group in
            let reason = group.reason.replacing("\\", with: "\\\\").replacing(";", with: "\\;")
            return "\(reason): \(group.columns.joined(separator: " "))"
        }.joined(separator: "; ")
    }

    static func decode(_ text: String) throws(Malformed) -> [String: String] {
        var reasons: [String: String] = [:]
        for group in split(text) {
            // Column names hold no colon, so the last one ends the reason.
            guard let colon = group.lastIndex(of: ":") else { throw Malformed(text: group) }
            let columns = group[group.index(after: colon)...].split(separator: " ")
            guard !columns.isEmpty else { throw Malformed(text: group) }
            for column in columns { reasons[String(column)] = String(group[..<colon]) }
        }
        return reasons
    }

    private static func split(_ text: String) -> [String] {
        var groups: [String] = []
        var group = ""
        var escaped = false
        for character in text {
            if escaped {
                group.append(character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == ";" {
                groups.append(group)
                group = ""
            } else if !(group.isEmpty && character == " ") {
                group.append(character)
            }
        }
        if !group.isEmpty { groups.append(group) }
        return groups
    }
}
