/// One direction over the fields of a message: a reader fills them in, a writer writes them.
///
/// A message names its fields once, in wire order, each with the versions that have it; the same statement reads and writes.
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

    /// A string that is null in newer versions where older ones have an empty one.
    package mutating func field(_ value: inout String?, nullable versions: PartialRangeFrom<Int16>) throws(WireError) {
        if versions.contains(version) {
            try field(&value)
        } else {
            var present = value ?? ""
            try field(&present)
            value = present
        }
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
