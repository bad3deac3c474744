/// A place in a scenario file, or in the command line.
package struct SourceLocation: Sendable, Hashable {
    /// The file as it was named, or an option such as `--set a=b`.
    package var file: String
    /// From 1; 0 where there is no line to point at.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int

    package init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// Something wrong with a scenario, said the way a compiler says it.
package struct Diagnostic: Sendable, Hashable {
    package var location: SourceLocation
    package var message: String
    /// The line it is about, for the caret; nil where there is none.
    package var sourceLine: String?

    package init(location: SourceLocation, message: String, sourceLine: String? = nil) {
        self.location = location
        self.message = message
        self.sourceLine = sourceLine
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `file:12:5: error: message`, then the line and a caret under the column.
    package var description: String {
        guard location.line > 0 else { return "\(location.file): error: \(message)" }
        let head = "\(location.file):\(location.line):\(location.column): error: \(message)"
        guard let sourceLine else { return head }
        let shown = String(String.UnicodeScalarView(sourceLine.unicodeScalars.prefix(200)))
        guard location.column >= 1, location.column <= shown.unicodeScalars.count + 1 else { return head }
        // Tabs stay tabs, so that the caret stands under its column however wide they are shown.
        let indent = shown.unicodeScalars.prefix(location.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\(head)\n    \(shown)\n    \(indent)^"
    }
}

/// Everything that is wrong with a scenario, in the order of the file.
package struct ScenarioErrors: Error, Sendable, CustomStringConvertible {
    package var diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    package var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
