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
        ClientScript(file: "administration.py", protects: "what administrators change, see and delete"),
        ClientScript(file: "restarts.py", protects: "clients at work while the broker is restarted lose nothing"),
        ClientScript(file: "kills.py", protects: "what was acknowledged survives SIGKILL, and nothing is made up"),
        ClientScript(
            file: "cluster.py", protects: "clients find their way over several nodes, also while one is away"),
        ClientScript(file: "deletions.py", protects: "topics that go away under load harm no other"),
    ]
}
