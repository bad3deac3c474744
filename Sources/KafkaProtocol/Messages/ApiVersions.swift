/// ApiVersions (18): which versions of which APIs the broker speaks. Definitions: ApiVersionsRequest,
/// ApiVersionsResponse.
package struct ApiVersionsRequest: WireMessage {
    package static let api = ApiKey.apiVersions
    package var clientSoftwareName = ""
    package var clientSoftwareVersion = ""

    package init() {}

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&clientSoftwareName, 3...)
        try coder.field(&clientSoftwareVersion, 3...)
    }
}

package struct ApiVersionsResponse: WireMessage {
    package static let api = ApiKey.apiVersions
    package var errorCode = ErrorCode.none
    package var apiKeys: [Range] = []
    package var throttleTimeMs: Int32 = 0

    package init() {}

    /// The answer to a client: everything that is advertised.
    package static var advertised: ApiVersionsResponse {
        ApiVersionsResponse {
            $0.apiKeys = ApiVersionRange.all.map { api in
                Range {
                    $0.apiKey = api.key.rawValue
                    $0.minVersion = api.advertised.lowerBound
                    $0.maxVersion = api.advertised.upperBound
                }
            }
        }
    }

    /// The answer to an ApiVersions request of a version that is not served; it has to be encoded as version
    /// 0, which every client reads.
    package static var unsupportedVersion: ApiVersionsResponse {
        var response = advertised
        response.errorCode = .unsupportedVersion
        return response
    }

    /// The highest version that the broker speaks and this module serves; nil if there is none.
    package func highestVersion(of api: ApiKey) -> Int16? {
        guard let range = apiKeys.first(where: { $0.apiKey == api.rawValue }) else { return nil }
        let highest = min(range.maxVersion, api.versions.served.upperBound)
        return highest >= max(range.minVersion, api.versions.served.lowerBound) ? highest : nil
    }

    package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
        try coder.field(&errorCode)
        try coder.field(&apiKeys)
        try coder.field(&throttleTimeMs, 1...)
    }

    package struct Range: WireStructure {
        package var apiKey: Int16 = 0
        package var minVersion: Int16 = 0
        package var maxVersion: Int16 = 0

        package init() {}

        package mutating func code(with coder: inout some FieldCoder & ~Copyable) throws(WireError) {
            try coder.field(&apiKey)
            try coder.field(&minVersion)
            try coder.field(&maxVersion)
        }
    }
}
