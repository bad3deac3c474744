internal import LinuxKernel

/// A quantity, or the reason why this machine does not tell it.
///
/// What is not measured is never zero: a zero is a finding.
package enum Measured<Value: Sendable>: Sendable {
    case value(Value)
    case notMeasured(because: String)

    /// The quantity; nil when it was not measured.
    package var value: Value? {
        switch self {
        case .value(let value): value
        case .notMeasured: nil
        }
    }

    /// Why there is no quantity; nil when there is one.
    package var reason: String? {
        switch self {
        case .value: nil
        case .notMeasured(let reason): reason
        }
    }

    package func map<Other: Sendable>(_ transform: (Value) -> Other) -> Measured<Other> {
        switch self {
        case .value(let value): .value(transform(value))
        case .notMeasured(let reason): .notMeasured(because: reason)
        }
    }

    /// Goes on to what may not be measured either.
    package func flatMap<Other: Sendable>(_ transform: (Value) -> Measured<Other>) -> Measured<Other> {
        switch self {
        case .value(let value): transform(value)
        case .notMeasured(let reason): .notMeasured(because: reason)
        }
    }

    /// A quantity of two others, of which both must have been measured.
    package func combined<Other: Sendable, Result: Sendable>(
        with other: Measured<Other>, _ transform: (Value, Other) -> Result
    ) -> Measured<Result> {
        flatMap { value in other.map { transform(value, $0) } }
    }
}

extension Measured: Equatable where Value: Equatable {}

extension Measured {
    /// The result of a kernel call, or its error as the reason.
    init(reading body: () throws(SystemError) -> Value) {
        do throws(SystemError) {
            self = .value(try body())
        } catch {
            self = .notMeasured(because: error.description)
        }
    }

    /// A value that a text should hold.
    init(_ value: Value?, orMissing what: @autoclosure () -> String) {
        if let value { self = .value(value) } else { self = .notMeasured(because: what()) }
    }
}

extension Measured<String> {
    /// The text of a file of /proc or /sys.
    init(file path: String) {
        self.init { () throws(SystemError) in try TextFile.read(path) }
    }
}

/// The value, or `{ "notMeasured": "reason" }`.
extension Measured: Codable where Value: Codable {
    private enum CodingKeys: String, CodingKey {
        case value, notMeasured
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let value = try container.decodeIfPresent(Value.self, forKey: .value) {
            self = .value(value)
        } else {
            self = .notMeasured(because: try container.decode(String.self, forKey: .notMeasured))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .value(let value): try container.encode(value, forKey: .value)
        case .notMeasured(let reason): try container.encode(reason, forKey: .notMeasured)
        }
    }
}
