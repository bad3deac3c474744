/// Why a results file cannot be read or written: which file, where in it, what is wrong and what to do.
package struct ResultsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    package var path: String
    /// The line, counted from 1, if the fault is in the file's text.
    package var line: Int?
    /// The field within the line, counted from 1.
    package var column: Int?
    /// What is wrong.
    package var problem: String
    /// What the user can do about it.
    package var remedy: String

    package init(path: String, line: Int? = nil, column: Int? = nil, problem: String, remedy: String) {
        self.path = path
        self.line = line
        self.column = column
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String {
        var place = path
        if let line { place += ":\(line)" }
        if let column { place += ", column \(column)" }
        return "\(place): \(problem); \(remedy)"
    }
}
