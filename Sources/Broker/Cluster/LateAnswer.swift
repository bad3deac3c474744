internal import KafkaProtocol

/// A response that another thread made, on its way to the connection that waits for it.
struct LateAnswer: Sendable {
    let address: ReplyAddress
    let api: ApiKey
    let response: any WireMessage
}

extension Connection {
    func respond(_ answer: LateAnswer) throws(ConnectionEnd) {
        try respond(
            answer.api, version: answer.address.version, correlationId: answer.address.correlationId, answer.response)
    }

    /// Serves a request that may change topics: at once where this node is alone or its controller asks, else
    /// when all nodes have done it.
    func change<Request: WireMessage, Response: WireMessage>(
        _ header: RequestHeader, _ request: Request,
        _ body: @escaping @Sendable (BrokerNode, any TopicAuthority, Request) -> Response
    ) throws(ConnectionEnd) {
        // What was appended before is there for this request, and whoever changes topics waits for the
        // lock of any partition.
        reactor.appends.settle()
        let isController = header.clientId.map { $0 == ClusterAdministration.controllerClientId } ?? false
        guard let administration = node.administration, !isController else {
            try respond(
                Request.api, version: header.apiVersion, correlationId: header.correlationId,
                body(node, LocalTopics(node: node), request))
            return
        }
        wait = .answer
        let node = node
        administration.submit(Request.api, answerTo: address(header)) { body(node, $0, request) }
    }
}
