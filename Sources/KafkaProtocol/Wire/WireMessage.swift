/// A structure of a message: its fields in wire order, then tagged fields where the version has them.
package protocol WireStructure: WireValue, Equatable, Sendable {
    /// Every field at its default, which is also what it has after reading a version without it.
    init()

    /// Names the fields in wire order.
    mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError)
}

extension WireStructure {
    /// A structure with some fields set, for example `HeartbeatRequest { $0.groupId = "g" }`.
    package init(_ configure: (inout Self) -> Void) {
        self.init()
        configure(&self)
    }

    package static var minimumLength: Int { 1 }

    package static func read(from reader: inout WireReader) throws(WireError) -> Self {
        var value = Self()
        try value.code(with: &reader)
        try reader.skipTaggedFields()
        return value
    }

    package func write(to writer: inout WireWriter) throws(WireError) {
        var value = self
        try value.code(with: &writer)
        writer.noTaggedFields()
    }
}

/// The body of a request or a response: a structure with versions.
///
/// Fields and versions of every message are those of Kafka's message definitions (clients, `common/message`).
package protocol WireMessage: WireStructure {
    static var api: ApiKey { get }
}

extension WireMessage {
    /// Reads the body that follows a header. Whoever expects it to fill the frame calls
    /// `reader.expectEnd()` afterwards.
    package static func decode(from reader: inout WireReader, version: Int16) throws(WireError) -> Self {
        try reader.begin(api, version: version)
        return try read(from: &reader)
    }

    /// Writes the body behind a header.
    package func encode(into writer: inout WireWriter, version: Int16) throws(WireError) {
        try writer.begin(Self.api, version: version)
        try write(to: &writer)
    }
}

extension WireReader {
    /// What follows is a message of this version.
    mutating func begin(_ key: ApiKey, version: Int16) throws(WireError) {
        guard key.versions.served.contains(version) else {
            throw WireError(.unsupportedVersion(key, version), at: offset)
        }
        self.version = version
        isFlexible = key.versions.isFlexible(version)
    }
}

extension WireWriter {
    /// What follows is a message of this version.
    mutating func begin(_ key: ApiKey, version: Int16) throws(WireError) {
        guard key.versions.served.contains(version) else {
            throw WireError(.unsupportedVersion(key, version), at: count)
        }
        self.version = version
        isFlexible = key.versions.isFlexible(version)
    }
}
