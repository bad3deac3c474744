/// The value that one axis of the matrix takes in a cell, as the scenario wrote it.
package struct AxisValue: Sendable, Hashable, Codable {
    /// The setting's full key, such as `broker.append.path`.
    package var key: String
    /// The value as written, such as `buffered` or `64KiB`.
    package var value: String

    package init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }
}

extension [AxisValue] {
    /// The value of the axis `key`, or nil if the cell does not vary in it.
    package subscript(key: String) -> String? { first { $0.key == key }?.value }
}
