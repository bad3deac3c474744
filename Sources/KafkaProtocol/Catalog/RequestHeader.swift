/// The start of every request: which API, which version, whose answer.
///
/// Header version 1 ends with the client id; version 2, of flexible requests, adds tagged fields. The client id has a
/// 16-bit length in both. Version 0 belongs to ControlledShutdown 0 alone, which no client sends.
package struct RequestHeader {
    /// The number of the API, known or not.
    package var apiKey: Int16
    package var apiVersion: Int16
    /// Comes back in the response.
    package var correlationId: Int32
    /// A view into the frame.
    package var clientId: WireString?

    /// The API, or nil if it is none of the catalog's.
    package var api: ApiKey? { ApiKey(rawValue: apiKey) }

    /// Whether this module reads the body that follows.
    package var isServed: Bool { api.map { $0.versions.served.contains(apiVersion) } ?? false }

    /// Reads the header whether or not the request is served, so that a refusal can name it and answer it.
    ///
    /// - Throws: `incomplete` if the reader holds a prefix that ends within the header.
    package static func decode(from reader: inout WireReader) throws(WireError) -> RequestHeader {
        let header = RequestHeader(
            apiKey: try reader.int16(), apiVersion: try reader.int16(), correlationId: try reader.int32(),
            clientId: try reader.string(compact: false))
        // Whether a version that is not served has tagged fields here, only its client knows.
        guard header.isServed else { return header }
        reader.isFlexible = header.api.map { $0.versions.isFlexible(header.apiVersion) } ?? false
        try reader.skipTaggedFields()
        return header
    }

    /// Writes the header of a request of one of the catalog's APIs.
    package static func encode(
        _ api: ApiKey, version: Int16, correlationId: Int32, clientId: String?, into writer: inout WireWriter
    ) throws(WireError) {
        try writer.begin(api, version: version)
        writer.int16(api.rawValue)
        writer.int16(version)
        writer.int32(correlationId)
        try writer.nullableString(clientId, compact: false)
        writer.noTaggedFields()
    }
}
