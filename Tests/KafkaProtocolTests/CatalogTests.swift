import KafkaProtocol
import Testing

@Suite struct CatalogTests {
    @Test("every API has one line, a request and a response")
    func complete() {
        #expect(ApiVersionRange.all.map(\.key) == ApiKey.allCases)
        let streamed: Set<ApiKey> = [.produce, .fetch]
        #expect(Set(MessageCase.requests.map { $0.api }) == Set(ApiKey.allCases).subtracting(streamed))
        #expect(Set(MessageCase.responses.map { $0.api }) == Set(ApiKey.allCases).subtracting(streamed))
    }

    @Test("what is served is advertised, and no version with topic ids is")
    func ranges() {
        for api in ApiVersionRange.all {
            #expect(api.advertised.lowerBound <= api.served.lowerBound, "\(api.name)")
            #expect(api.advertised.upperBound == api.served.upperBound, "\(api.name)")
        }
        let firstWithTopicIds: [ApiKey: Int16] = [
            .produce: 13, .fetch: 13, .metadata: 10, .createTopics: 7, .deleteTopics: 6, .offsetCommit: 10,
            .offsetFetch: 10,
        ]
        for (key, version) in firstWithTopicIds {
            #expect(key.versions.advertised.upperBound < version, "\(key)")
        }
    }

    @Test("the versions whose absence misleads librdkafka are advertised")
    func librdkafkaNeeds() {
        #expect(ApiKey.produce.versions.advertised.lowerBound == 0)
        // Fetch may begin at 4, as librdkafka 2.0 has been seen to bear; from 5 it would send the oldest batches.
        #expect(ApiKey.fetch.versions.advertised.lowerBound == 4)
        #expect(ApiKey.findCoordinator.versions.advertised.lowerBound == 0)
        #expect(ApiKey.produce.versions.advertised.contains(7))
        #expect(ApiKey.fetch.versions.advertised.contains(10))
    }

    @Test("an ApiVersions response repeats the catalog; a refusal can be read by a client of version 0")
    func apiVersions() throws {
        let advertised = ApiVersionsResponse.advertised
        #expect(advertised.apiKeys.count == ApiVersionRange.all.count)
        #expect(advertised.apiKeys.first { $0.apiKey == 1 }?.maxVersion == 12)
        let refusal = ApiVersionsResponse.unsupportedVersion
        let body = try written { writer throws(WireError) in try refusal.encode(into: &writer, version: 0) }
        #expect(Array(body.prefix(6)) == [0, 35, 0, 0, 0, UInt8(ApiVersionRange.all.count)])
    }

    @Test("a client speaks the highest version that both sides have, or none")
    func negotiation() {
        let broker = ApiVersionsResponse {
            $0.apiKeys = ([(0, 0, 11), (1, 13, 17), (3, 0, 4)] as [(Int16, Int16, Int16)]).map {
                key, minimum, maximum in
                .init {
                    $0.apiKey = key
                    $0.minVersion = minimum
                    $0.maxVersion = maximum
                }
            }
        }
        #expect(broker.highestVersion(of: .produce) == 9)
        #expect(broker.highestVersion(of: .fetch) == nil)
        #expect(broker.highestVersion(of: .metadata) == 4)
        #expect(broker.highestVersion(of: .heartbeat) == nil)
    }

    @Test("the response header of ApiVersions has no tagged fields in any version; others have them when flexible")
    func responseHeaders() throws {
        for (api, version, length) in [(ApiKey.apiVersions, 4, 4), (.metadata, 9, 5), (.metadata, 8, 4)]
            as [(_, Int16, _)]
        {
            let header = try written { writer throws(WireError) in
                ResponseHeader.encode(api, version: version, correlationId: 1, into: &writer)
            }
            #expect(header.count == length)
        }
    }

    @Test("the header of an unknown API or version is still read, so that the refusal can name it")
    func foreignHeaders() throws {
        let unknown: [UInt8] = [0, 99, 0, 1, 0, 0, 0, 5, 0, 1, 97]
        try reading(unknown) { reader throws(WireError) in
            let header = try RequestHeader.decode(from: &reader)
            #expect(header.api == nil && !header.isServed)
            #expect(header.apiKey == 99 && header.apiVersion == 1 && header.correlationId == 5)
            #expect(header.clientId?.string == "a")
        }
        // With and without tagged fields: which of them that version has is not known here.
        let tooNew: [UInt8] = [0, 18, 0, 9, 0, 0, 0, 5, 0xff, 0xff]
        for bytes in [tooNew, tooNew + [0]] {
            try reading(bytes) { reader throws(WireError) in
                let header = try RequestHeader.decode(from: &reader)
                #expect(header.api == .apiVersions && !header.isServed)
                #expect(header.clientId == nil)
            }
        }
    }

    @Test("error codes have Kafka's names")
    func errorNames() {
        #expect(ErrorCode.unknownTopicOrPartition.name == "UNKNOWN_TOPIC_OR_PARTITION")
        #expect(ErrorCode.none.name == "NONE")
        #expect(ErrorCode.kafkaStorageError.rawValue == 56)
        #expect(ErrorCode.unknownServerError.rawValue == -1)
        #expect(ErrorCode.leaderNotAvailable.isRetriable && !ErrorCode.invalidRecord.isRetriable)
    }

    @Test("an error code of a newer broker is an unknown error, not a failure to read")
    func foreignErrors() throws {
        let response = try reading([0x7f, 0xff]) { reader throws(WireError) in
            try HeartbeatResponse.decode(from: &reader, version: 0)
        }
        #expect(response.errorCode == .unknownServerError)
    }
}
