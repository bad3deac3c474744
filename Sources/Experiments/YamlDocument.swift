import Dispatch
import Foundation
import Synchronization
import Yams

/// A text that has been read as YAML, and its lines.
struct YamlDocument {
    /// Far more than any scenario needs, far less than a machine has.
    static let byteLimit = 1 << 20
    static let depthLimit = 16
    static let nodeLimit = 20_000
    static let aliasLimit = 32

    let root: YamlNode
    let lines: [String]

    /// - Throws: one diagnostic: a text that is not YAML has no second error worth reading.
    init(text: String, file: String) throws(ScenarioErrors) {
        var text = text
        if text.unicodeScalars.first == "\u{FEFF}" {
            text.unicodeScalars.removeFirst()
        }
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: Self.breaksLine).map(String.init)
        let lines = lines
        func failure(_ message: String, line: Int = 0, column: Int = 0) -> ScenarioErrors {
            let sourceLine = lines.indices.contains(line - 1) ? lines[line - 1] : nil
            let location = SourceLocation(file: file, line: line, column: column)
            return ScenarioErrors([Diagnostic(location: location, message: message, sourceLine: sourceLine)])
        }

        guard text.utf8.count <= Self.byteLimit else {
            throw failure("the file has \(text.utf8.count) bytes; a scenario has at most \(ByteCount(Self.byteLimit))")
        }
        for (index, line) in lines.enumerated() {
            if let column = line.unicodeScalars.enumerated().first(where: { !Self.isText($0.element) }) {
                let code = String(column.element.value, radix: 16, uppercase: true)
                throw failure(
                    "the character U+\(code) is not text; remove it", line: index + 1, column: column.offset + 1)
            }
        }
        let aliases = lines.reduce(0) { $0 + Self.aliases(in: $1) }
        guard aliases <= Self.aliasLimit else {
            throw failure("the file has \(aliases) aliases (*name); a scenario has at most \(Self.aliasLimit)")
        }
        switch Self.parse(text, file: file) {
        case .success(let root): self.root = root
        case .failure(let problem): throw failure(problem.message(lines), line: problem.line, column: problem.column)
        }
    }

    /// What YAML counts lines by.
    private static func breaksLine(_ character: Character) -> Bool {
        ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}"].contains(character)
    }

    /// YAML's printable characters (specification 1.2, section 5.1).
    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// No fewer than the aliases of a line: an alias begins with `*`, directly followed by its name, outside
    /// of a comment. They are counted before the text is parsed because the parser compares keys with all
    /// that their aliases stand for.
    private static func aliases(in line: String) -> Int {
        guard line.drop(while: \.isWhitespace).first != "#" else { return 0 }
        var count = 0
        var last: UInt8 = 0
        for byte in line.utf8 {
            if last == UInt8(ascii: "*"), byte != UInt8(ascii: " "), byte != UInt8(ascii: "*") { count += 1 }
            last = byte
        }
        return count
    }

    /// What the YAML library has against the text.
    fileprivate struct Problem: Error {
        var text: String
        var line: Int
        var column: Int

        func message(_ lines: [String]) -> String {
            let indent = lines.indices.contains(line - 1) ? lines[line - 1].prefix(while: \.isWhitespace) : ""
            return indent.contains("\t") ? "YAML is indented with spaces; this line begins with a tab" : text
        }
    }

    /// Parses on a thread of its own: the library recurses as deep as the text nests, up to 1,000 levels, and the stack
    /// of the caller's thread may be small.
    private static func parse(_ text: String, file: String) -> Result<YamlNode, Problem> {
        let outcome = Outcome()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            let result = Result { () throws(Problem) in try compose(text, file: file) }
            outcome.result.withLock { $0 = result }
            done.signal()
        }
        thread.stackSize = 64 << 20
        thread.start()
        done.wait()
        guard let result = outcome.result.withLock({ $0 }) else {
            preconditionFailure("the thread has left its result")
        }
        return result
    }

    private final class Outcome: Sendable {
        let result = Mutex<Result<YamlNode, Problem>?>(nil)
    }

    private static func compose(_ text: String, file: String) throws(Problem) -> YamlNode {
        let root: Node?
        do {
            root = try Yams.Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw Problem(error)
        } catch {
            throw Problem(text: "\(error)", line: 0, column: 0)
        }
        guard let root else { throw Problem(text: "the file is empty", line: 0, column: 0) }
        var budget = nodeLimit
        return try tree(of: root, file: file, depth: 0, budget: &budget)
    }

    private static func tree(
        of node: Node, file: String, depth: Int, budget: inout Int
    ) throws(Problem) -> YamlNode {
        let location = SourceLocation(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
        func problem(_ text: String) -> Problem { Problem(text: text, line: location.line, column: location.column) }

        budget -= 1
        guard budget >= 0 else {
            throw problem("the file has more than \(nodeLimit) values, those that aliases stand for included")
        }
        guard depth <= depthLimit else { throw problem("nested more than \(depthLimit) levels deep") }
        switch node {
        case .scalar(let scalar):
            // A path has the name null: what is quoted is a text.
            let isNothing = scalar.style == .plain && ["~", "null"].contains(scalar.string)
            return .scalar(isNothing ? "" : scalar.string, location)
        case .sequence(let sequence):
            var items: [YamlNode] = []
            for item in sequence {
                items.append(try tree(of: item, file: file, depth: depth + 1, budget: &budget))
            }
            return .sequence(items, location)
        case .mapping(let mapping):
            var entries: [YamlNode.Entry] = []
            for (key, value) in mapping {
                guard
                    case .scalar(let text, let place) = try tree(
                        of: key, file: file, depth: depth + 1, budget: &budget)
                else { throw problem("a key of this map is not a name") }
                let value = try tree(of: value, file: file, depth: depth + 1, budget: &budget)
                entries.append(.init(key: text, keyLocation: place, value: value))
            }
            return .mapping(entries, location)
        case .alias:
            throw problem("an alias stands here for nothing")
        }
    }
}

extension YamlDocument.Problem {
    init(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let context = context.map { " \($0.text) that begins at line \($0.mark.line)" } ?? ""
            self.init(text: "not YAML: \(problem)\(context)", line: mark.line, column: mark.column)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "'\($0)'" }.joined(separator: ", ")
            self.init(
                text: "\(names) is given more than once in this map", line: context.mark.line,
                column: context.mark.column)
        default:
            self.init(text: "not YAML: \(error)", line: 0, column: 0)
        }
    }
}
