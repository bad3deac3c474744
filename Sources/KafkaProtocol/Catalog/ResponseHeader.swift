/// The start of every response: which request it answers.
///
/// Header version 1, of flexible responses, adds tagged fields. An ApiVersions response always has version 0, because
/// the client cannot know yet what the broker speaks.
package enum ResponseHeader {
    private static func isFlexible(_ api: ApiKey, version: Int16) -> Bool {
        api != .apiVersions && api.versions.isFlexible(version)
    }

    package static func encode(_ api: ApiKey, version: Int16, correlationId: Int32, into writer: inout WireWriter) {
        writer.isFlexible = isFlexible(api, version: version)
        writer.int32(correlationId)
        writer.noTaggedFields()
    }

    /// Reads the header of the response to a request of this API and version.
    ///
    /// - Returns: The correlation id.
    package static func decode(
        _ api: ApiKey, version: Int16, from reader: inout WireReader
    ) throws(WireError) -> Int32 {
        reader.isFlexible = isFlexible(api, version: version)
        let correlationId = try reader.int32()
        try reader.skipTaggedFields()
        return correlationId
    }
}
