/// Reads the text of `java.util.Properties`, which Kafka's `server.properties` is written in.
///
/// The format is that of the class's documentation (`Properties.load`): lines end with LF, CR or both; blank lines and
/// those that begin with `#` or `!` say nothing; a backslash at a line's end joins the next one, whose leading blanks
/// go; a key ends at the first `=`, `:` or blank without a backslash; `\t`, `\n`, `\r`, `\f` and `\uXXXX` are
/// characters, and a backslash before any other one is dropped. Unlike Java, a byte order mark is passed over, blanks
/// at a value's end go, as Kafka has it for each of its types, and bytes that are UTF-8 are read as such.
package enum PropertiesText {
    /// A line whose continuations are joined to it; its escapes are still in it.
    struct Line {
        /// That of its first line in the file, from 1.
        let number: Int
        let text: ArraySlice<Unicode.Scalar>
    }

    struct Entry {
        let line: Int
        let key: String
        let value: String
    }

    /// A file's text: UTF-8, or ISO 8859-1 as Java reads it where the bytes are no UTF-8.
    package static func decode(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
        return String(scalars)
    }

    /// The lines that say something.
    static func lines(of text: String) -> [Line] {
        var lines: [Line] = []
        var joined: [Unicode.Scalar] = []
        var first = 0
        for (index, line) in naturalLines(of: text).enumerated() {
            let content = line.drop(while: isBlank)
            if joined.isEmpty {
                guard let start = content.first, start != "#", start != "!" else { continue }
                first = index + 1
            }
            let goesOn = content.reversed().prefix { $0 == "\\" }.count % 2 == 1
            joined += goesOn ? content.dropLast() : content
            if goesOn || joined.isEmpty { continue }
            lines.append(Line(number: first, text: joined[...]))
            joined = []
        }
        if !joined.isEmpty { lines.append(Line(number: first, text: joined[...])) }
        return lines
    }

    /// All keys and values, in the order of the file; of equal keys the last one counts.
    ///
    /// - Throws: For a `\u` that is not followed by four hexadecimal digits, with its line.
    static func entries(of text: String) throws(ConfigurationError) -> [Entry] {
        var entries: [Entry] = []
        for line in lines(of: text) {
            let key = Self.key(of: line.text)
            var rest = line.text[key.endIndex...].drop(while: isBlank)
            if let separator = rest.first, separator == "=" || separator == ":" {
                rest = rest.dropFirst().drop(while: isBlank)
            }
            let value = try unescaped(rest, line: line.number)
            entries.append(
                Entry(line: line.number, key: try unescaped(key, line: line.number), value: String(value.trimmed)))
        }
        return entries
    }

    /// What a text with escapes stands for.
    static func unescaped(_ text: ArraySlice<Unicode.Scalar>, line: Int) throws(ConfigurationError) -> String {
        // UTF-16, since two escapes together can be one character.
        var units: [UInt16] = []
        var rest = text
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let escaped = rest.popFirst() else {
                if scalar != "\\" { units.append(contentsOf: String(scalar).utf16) }
                continue
            }
            switch escaped {
            case "t": units.append(0x09)
            case "n": units.append(0x0a)
            case "f": units.append(0x0c)
            case "r": units.append(0x0d)
            case "u":
                let digits = rest.prefix(4)
                guard digits.count == 4, digits.allSatisfy(\.properties.isASCIIHexDigit),
                    let unit = UInt16(digits.map(String.init).joined(), radix: 16)
                else { throw ConfigurationError("line \(line)", "\\u is not followed by four hexadecimal digits") }
                units.append(unit)
                rest = rest.dropFirst(4)
            default: units.append(contentsOf: String(escaped).utf16)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// What stands before the first separator that no backslash escapes.
    private static func key(of line: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var isEscaped = false
        return line.prefix { scalar in
            if !isEscaped, scalar == "=" || scalar == ":" || isBlank(scalar) { return false }
            isEscaped = scalar == "\\" && !isEscaped
            return true
        }
    }

    private static func naturalLines(of text: String) -> [ArraySlice<Unicode.Scalar>] {
        var scalars = Array(text.unicodeScalars)[...]
        if scalars.first == "\u{feff}" { scalars.removeFirst() }
        var lines: [ArraySlice<Unicode.Scalar>] = []
        while !scalars.isEmpty {
            let line = scalars.prefix { $0 != "\n" && $0 != "\r" }
            lines.append(line)
            scalars = scalars[line.endIndex...]
            let isPair = scalars.count > 1 && scalars.first == "\r" && scalars[scalars.startIndex + 1] == "\n"
            scalars = scalars.dropFirst(isPair ? 2 : 1)
        }
        return lines
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\u{c}"
    }
}

extension StringProtocol {
    /// Without the white space at both ends.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[endIndex...] }
        return self[first...last]
    }
}
