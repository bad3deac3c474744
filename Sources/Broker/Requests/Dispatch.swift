internal import KafkaProtocol
internal import LinuxKernel

extension Connection {
    /// Serves a whole request other than Produce.
    func dispatch(_ header: RequestHeader, _ reader: inout WireReader) throws(ConnectionEnd) {
        guard header.isServed, let api = header.api else {
            // A client may ask for any version of this one, to learn which there are.
            if header.api == .apiVersions {
                try respond(
                    .apiVersions, version: 0, correlationId: header.correlationId,
                    ApiVersionsResponse.unsupportedVersion)
                return
            }
            throw .reason(
                "version \(header.apiVersion) of \(header.api.map { "\($0)" } ?? "API \(header.apiKey)") was "
                    + "asked for, which ApiVersions does not announce or whose message format is too old")
        }
        switch api {
        case .produce: preconditionFailure("produce requests are taken as they arrive")
        case .fetch: try serveFetch(header, &reader)
        case .apiVersions: try serve(header, &reader) { (_: ApiVersionsRequest) in ApiVersionsResponse.advertised }
        case .metadata: try serveMetadata(header, try decode(header, &reader))
        case .listOffsets: try serve(header, &reader) { listOffsets($0, version: header.apiVersion) }
        case .initProducerId: try serve(header, &reader) { initProducerId($0) }
        case .offsetForLeaderEpoch: try serve(header, &reader) { offsetForLeaderEpoch($0) }
        case .describeCluster: try serve(header, &reader) { node.describeCluster($0) }
        case .createTopics: try change(header, try decode(header, &reader)) { $0.createTopics($2, by: $1) }
        case .deleteTopics: try change(header, try decode(header, &reader)) { $0.deleteTopics($2, by: $1) }
        case .createPartitions: try change(header, try decode(header, &reader)) { $0.createPartitions($2, by: $1) }
        case .deleteRecords: try serve(header, &reader) { deleteRecords($0) }
        case .describeConfigs: try serve(header, &reader) { node.describeConfigs($0) }
        case .alterConfigs: try change(header, try decode(header, &reader)) { $0.alterConfigs($2, by: $1) }
        case .incrementalAlterConfigs:
            try change(header, try decode(header, &reader)) { $0.incrementalAlterConfigs($2, by: $1) }
        case .findCoordinator: try serve(header, &reader) { node.findCoordinator($0) }
        case .offsetCommit: try serve(header, &reader) { offsetCommit($0) }
        case .offsetFetch: try serve(header, &reader) { offsetFetch($0) }
        case .joinGroup: try joinGroup(header, try decode(header, &reader))
        case .syncGroup: try syncGroup(header, try decode(header, &reader))
        case .heartbeat: try serve(header, &reader) { node.groups.heartbeat($0, now: reactor.now) }
        case .leaveGroup: try serve(header, &reader) { leaveGroup($0, version: header.apiVersion) }
        case .describeGroups: try serve(header, &reader) { node.groups.describe($0) }
        case .listGroups: try serve(header, &reader) { node.groups.list($0) }
        case .deleteGroups: try serve(header, &reader) { deleteGroups($0) }
        case .offsetDelete: try serve(header, &reader) { offsetDelete($0) }
        case .describeLogDirs: try serve(header, &reader) { node.describeLogDirs($0) }
        }
    }

    /// Reads the request. Bytes may follow it in its frame: librdkafka 2.16 sends one too many with some Metadata
    /// requests, and Kafka lets it pass.
    func decode<Request: WireMessage>(
        _ header: RequestHeader, _ reader: inout WireReader
    ) throws(ConnectionEnd) -> Request {
        do throws(WireError) {
            return try Request.decode(from: &reader, version: header.apiVersion)
        } catch {
            throw .reason("a \(Request.api) request that is not what the protocol says: \(error)")
        }
    }

    private func serve<Request: WireMessage>(
        _ header: RequestHeader, _ reader: inout WireReader, _ answer: (Request) -> some WireMessage
    ) throws(ConnectionEnd) {
        let request: Request = try decode(header, &reader)
        // What was appended before is there for this request.
        reactor.appends.settle()
        try respond(Request.api, version: header.apiVersion, correlationId: header.correlationId, answer(request))
    }
}
