/// Comma-separated values as RFC 4180 has them, with `\n` at the end of a line.
package enum CommaSeparated {
    /// One row without its line end; fields with a comma, quote or line break are quoted.
    package static func row(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",")
    }

    private static func field(_ text: String) -> String {
        // Unicode scalars, because a carriage return and a line feed together are one Character.
        let special = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
        guard special else { return text }
        return "\"" + text.doubling("\"") + "\""
    }

    /// A number as text that reads back as the same number: whole numbers without a fraction.
    package static func number(_ value: Double) -> String {
        if value == value.rounded(), value.magnitude < 9_007_199_254_740_992 { return String(Int64(value)) }
        return value.description
    }

    /// One row of a parsed file.
    package struct Row: Sendable, Equatable {
        /// The line on which the row starts, counted from 1.
        package var line: Int
        package var fields: [String]
    }

    /// The rows of `text`. A last row that lacks its line end is a row like any other.
    ///
    /// - Throws: ``ResultsError`` naming `path`, the line and the field for an open quote, text after a closing quote,
    ///   or a quote inside an unquoted field.
    package static func parse(_ text: String, path: String) throws(ResultsError) -> [Row] {
        var parser = Parser(path: path)
        for byte in text.utf8 { try parser.take(byte) }
        return try parser.finish()
    }

    private struct Parser {
        private enum State {
            case fieldStart
            case plain
            case quoted
            /// A quote was seen in a quoted field: the field's end, or the first of a doubled quote.
            case quoteInQuoted
            case carriageReturn
        }

        let path: String
        private var state = State.fieldStart
        private var rows: [Row] = []
        private var fields: [String] = []
        private var field: [UInt8] = []
        private var line = 1
        private var rowLine = 1

        init(path: String) { self.path = path }

        mutating func take(_ byte: UInt8) throws(ResultsError) {
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
            case (.quoted, _):
                if byte == UInt8(ascii: "\n") { line += 1 }
                field.append(byte)
            case (.quoteInQuoted, UInt8(ascii: "\"")):
                field.append(byte)
                state = .quoted
            case (.carriageReturn, UInt8(ascii: "\n")), (_, UInt8(ascii: "\n")): endRow()
            case (.carriageReturn, _): throw fault("a carriage return is not followed by a line feed")
            case (_, UInt8(ascii: ",")): endField()
            case (_, UInt8(ascii: "\r")): state = .carriageReturn
            case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
            case (.quoteInQuoted, _): throw fault("there is text after a closing quote")
            case (_, UInt8(ascii: "\"")): throw fault("there is a quote inside a field that is not quoted")
            default:
                field.append(byte)
                state = .plain
            }
        }

        mutating func finish() throws(ResultsError) -> [Row] {
            if state == .quoted { throw fault("a quoted field is not closed") }
            if !fields.isEmpty || !field.isEmpty || state != .fieldStart { endRow() }
            return rows
        }

        private mutating func endField() {
            fields.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
            state = .fieldStart
        }

        private mutating func endRow() {
            endField()
            rows.append(Row(line: rowLine, fields: fields))
            fields.removeAll(keepingCapacity: true)
            line += 1
            rowLine = line
        }

        private func fault(_ problem: String) -> ResultsError {
            ResultsError(
                path: path, line: rowLine, column: fields.count + 1, problem: problem,
                remedy: "mend or delete that line")
        }
    }
}
