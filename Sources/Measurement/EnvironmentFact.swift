/// One line of what is known about the machine and the program: `section`, `name`, and a value or why there is none.
package struct EnvironmentFact: Sendable, Equatable {
    package var section: String
    package var name: String
    package var value: Measured<String>

    package init(section: String, name: String, value: Measured<String>) {
        self.section = section
        self.name = name
        self.value = value
    }
}

/// The facts of one section, in the order in which they are added.
struct FactSheet {
    let section: String
    private(set) var facts: [EnvironmentFact] = []

    init(_ section: String) {
        self.section = section
    }

    mutating func add(_ name: String, _ value: Measured<String>) {
        facts.append(EnvironmentFact(section: section, name: name, value: value))
    }

    mutating func add(_ name: String, _ value: String) {
        add(name, .value(value))
    }

    /// A file of one line, as /proc/sys and /sys have them.
    mutating func add(_ name: String, file path: String) {
        add(name, .line(of: path))
    }

    /// A file that lists the choices and marks the present one with brackets: `none [mq-deadline] kyber`.
    mutating func add(_ name: String, choiceIn path: String) {
        add(name, Measured<String>.line(of: path).map { selected(in: $0) })
    }
}

extension Measured<String> {
    /// A small file of /proc or /sys without the white space at its ends; an empty one is not a value.
    static func line(of path: String) -> Measured<String> {
        Measured(file: path).flatMap { text in
            let line = text.trimmed
            return line.isEmpty ? .notMeasured(because: "\(path) is empty") : .value(String(line))
        }
    }
}

/// The word in brackets; the whole text where there is none.
package func selected(in choices: String) -> String {
    guard let open = choices.firstIndex(of: "["), let close = choices.firstIndex(of: "]"), open < close else {
        return choices
    }
    return String(choices[choices.index(after: open)..<close])
}
