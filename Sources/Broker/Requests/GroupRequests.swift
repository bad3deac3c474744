internal import KafkaProtocol
internal import LinuxKernel

extension Connection {
    func address(_ header: RequestHeader) -> ReplyAddress {
        ReplyAddress(
            reactor: reactor.number, slot: slot, generation: generation, version: header.apiVersion,
            correlationId: header.correlationId)
    }

    /// The member waits for the others; its connection takes no other request meanwhile.
    func joinGroup(_ header: RequestHeader, _ request: JoinGroupRequest) throws(ConnectionEnd) {
        wait = .answer
        let replies = node.groups.join(
            request, version: header.apiVersion, clientId: header.clientId?.string ?? "", clientHost: peer.host,
            address: address(header), now: reactor.now)
        node.send(replies, from: reactor)
    }

    func syncGroup(_ header: RequestHeader, _ request: SyncGroupRequest) throws(ConnectionEnd) {
        wait = .answer
        node.send(node.groups.sync(request, address: address(header), now: reactor.now), from: reactor)
    }

    func leaveGroup(_ request: LeaveGroupRequest, version: Int16) -> LeaveGroupResponse {
        let (response, replies) = node.groups.leave(request, version: version, now: reactor.now)
        node.send(replies, from: reactor)
        return response
    }

    /// Sends an answer that was waited for.
    func respond(_ reply: GroupReply) throws(ConnectionEnd) {
        let version = reply.address.version
        let correlationId = reply.address.correlationId
        switch reply.content {
        case .join(let response):
            try respond(.joinGroup, version: version, correlationId: correlationId, response)
        case .sync(let response):
            try respond(.syncGroup, version: version, correlationId: correlationId, response)
        }
    }

    func offsetCommit(_ request: OffsetCommitRequest) -> OffsetCommitResponse {
        node.groups.commit(request, now: reactor.now, exists: exists)
    }

    private func exists(_ topic: String, _ partition: Int32) -> Bool {
        node.topics.find(topic).map { partition >= 0 && Int(partition) < $0.partitions.count } ?? false
    }

    func offsetDelete(_ request: OffsetDeleteRequest) -> OffsetDeleteResponse {
        node.groups.deleteOffsets(request, exists: exists)
    }

    func offsetFetch(_ request: OffsetFetchRequest) -> OffsetFetchResponse {
        node.groups.fetch(request)
    }

    func deleteGroups(_ request: DeleteGroupsRequest) -> DeleteGroupsResponse {
        node.groups.delete(request)
    }
}
