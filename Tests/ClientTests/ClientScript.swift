import Testing

/// A script of checks with Kafka's clients, and what it protects.
struct ClientScript: Sendable, CustomTestStringConvertible {
    let file: String
    let protects: String

    var testDescription: String { "\(file): \(protects)" }

    static let all = [
        ClientScript(
            file: "records.py", protects: "what one client writes every client reads, with any codec and acks"),
        ClientScript(file: "metadata.py", protects: "clients find nodes and topics, and are told what is not there"),
        ClientScript(file: "groups.py", protects: "groups share partitions and go on from committed offsets"),
        ClientScript(file: "producers.py", protects: "idempotence, sizes, partitioners and what is refused"),
        ClientScript(file: "offsets.py", protects: "offsets by time and from the ends, and readers that wait"),
    ]
}
