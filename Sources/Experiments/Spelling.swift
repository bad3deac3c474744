/// Finds what a misspelt name was meant to be.
enum Spelling {
    /// `; did you mean 'x'?` where something is near, otherwise the valid names when they are few.
    static func hint(for text: String, among names: [String]) -> String {
        if let nearest = nearest(to: text, among: names) {
            return "; did you mean '\(nearest)'?"
        }
        guard !names.isEmpty, names.count <= 12 else { return "" }
        return "; use one of \(names.joined(separator: ", "))"
    }

    /// The name with the fewest edits, or nil when none is within a third of its length: a name of two letters is near
    /// nothing but itself.
    static func nearest(to text: String, among names: [String]) -> String? {
        let typed = Array(text.utf8.prefix(80))
        let measured = names.map { (name: $0, edits: edits(typed, Array($0.utf8))) }
        guard let best = measured.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= best.name.utf8.count / 3 ? best.name : nil
    }

    /// The number of insertions, deletions, substitutions and swaps of neighbours that turn one text into the other:
    /// the optimal string alignment distance (Damerau 1964; Levenshtein 1966).
    static func edits(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
