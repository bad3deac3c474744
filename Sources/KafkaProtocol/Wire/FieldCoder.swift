/// One direction over the fields of a message: a reader fills them in, a writer writes them.
///
/// A message names its fields once, in wire order, each with the versions that have it; the same
/// statement reads and writes.
package protocol FieldCoder: ~Copyable {
    /// The message's version.
    var version: Int16 { get }

    mutating func field<Value: WireValue>(_ value: inout Value) throws(WireError)
}

extension FieldCoder where Self: ~Copyable {
    /// A field that only some versions have; in the others it keeps its value, and is not written.
    package mutating func field<Value: WireValue, Versions: RangeExpression<Int16>>(
        _ value: inout Value, _ versions: Versions
    ) throws(WireError) {
        if versions.contains(version) { try field(&value) }
    }

    /// A field that is null in newer versions where older ones have an empty value.
    package mutating func field<Value: NullableWireValue>(
        _ value: inout Value?, nullable versions: PartialRangeFrom<Int16>
    ) throws(WireError) {
        if versions.contains(version) {
            try field(&value)
        } else {
            var present = value ?? .empty
            try field(&present)
            value = present
        }
    }
}

extension FieldCoder where Self: ~Copyable {
    /// The one element that older versions carry where newer ones have an array; its default when reading.
    ///
    /// - Throws: `notInVersion` if there is more than one to write.
    func onlyElement<Element: WireStructure>(of elements: [Element]) throws(WireError) -> Element {
        guard elements.count <= 1 else {
            throw WireError(.notInVersion(version, "\(elements.count) elements instead of one"), at: 0)
        }
        return elements.first ?? Element()
    }
}

extension WireReader {
    package mutating func field<Value: WireValue>(_ value: inout Value) throws(WireError) {
        value = try Value.read(from: &self)
    }
}

extension WireWriter: FieldCoder {
    package mutating func field<Value: WireValue>(_ value: inout Value) throws(WireError) {
        try value.write(to: &self)
    }
}
