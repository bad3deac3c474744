/// A topic's name, by Kafka's rule: 1 to 249 of `a-z A-Z 0-9 . _ -`, and neither `.` nor `..`, because it is also the
/// beginning of a directory's name.
package struct TopicName: SettingValue, CustomStringConvertible, Hashable {
    package var name: String

    package static var form: String { "topic name (`a-z A-Z 0-9 . _ -`, at most 249)" }

    package init(parsing text: String) throws(ValueError) {
        guard !text.isEmpty else { throw ValueError("a topic name must not be empty") }
        guard text != ".", text != ".." else { throw ValueError("'\(text)' is a directory, not a topic name") }
        guard text.utf8.count <= 249 else {
            throw ValueError("a topic name has at most 249 characters; this one has \(text.utf8.count)")
        }
        if let bad = text.first(where: { !($0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))) }) {
            throw ValueError("'\(text)' is not a topic name: '\(bad)' is not one of a-z A-Z 0-9 . _ -")
        }
        name = text
    }

    package var description: String { name }
}
