import Glibc
import KafkaProtocol
import LinuxKernel
import Synchronization

/// A node that answers as a test tells it, in a thread of its own: one connection at a time, each request at once.
final class FakeNode: Sendable {
    /// What it does with a request.
    enum Reply {
        case answer
        /// The answer, byte by byte.
        case drip
        /// For produce and fetch: an answer with this code for every partition.
        case refuse(ErrorCode)
        case silence
        case close
        /// An answer to another request.
        case wrongCorrelation
    }

    /// A request as the node saw it.
    struct Seen: Sendable {
        var api: ApiKey
        var version: Int16
        /// Of a produce request: the record bytes of each partition, in order.
        var partitions: [(topic: String, index: Int32, byteCount: Int)] = []
    }

    let port: UInt16
    private let listener: Int32
    private let stopped = Atomic<Bool>(false)
    private let connection = Atomic<Int32>(-1)
    private let seen = Mutex<[Seen]>([])
    private let thread = Mutex<KernelThread?>(nil)
    private let topics: [String: Int]
    private let oldVersions: Bool
    private let reply: @Sendable (Seen, Int) -> Reply

    /// - Parameters:
    ///   - topics: Names and numbers of partitions, all led by this node.
    ///   - oldVersions: Whether it speaks only ApiVersions 0.
    ///   - reply: Called with each request and its number among those of its API, from 0.
    init(
        topics: [String: Int] = ["t": 1], oldVersions: Bool = false,
        reply: @escaping @Sendable (Seen, Int) -> Reply = { _, _ in .answer }
    ) throws {
        self.topics = topics
        self.oldVersions = oldVersions
        self.reply = reply
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(number, raw, length) == 0 && listen(number, 16) == 0
                    && getsockname(number, raw, &length) == 0
            }
        }
        guard bound else { throw SystemError(call: "bind", code: errno) }
        port = UInt16(bigEndian: address.sin_port)
        let thread = try KernelThread(name: "fake-node") { [unowned self] in run() }
        self.thread.withLock { $0 = thread }
    }

    var address: (host: String, port: UInt16) { ("127.0.0.1", port) }

    /// The requests of an API so far.
    func requests(_ api: ApiKey) -> [Seen] { seen.withLock { $0.filter { $0.api == api } } }

    /// Ends the thread and all connections; to be called once, at the end.
    func stop() {
        stopped.store(true, ordering: .relaxed)
        shutdown(listener, Int32(SHUT_RDWR))
        let current = connection.load(ordering: .relaxed)
        if current >= 0 { shutdown(current, Int32(SHUT_RDWR)) }
        thread.withLock { $0 }?.join()
        close(listener)
    }

    private func run() {
        while !stopped.load(ordering: .relaxed) {
            let accepted = accept(listener, nil, nil)
            guard accepted >= 0 else { return }
            connection.store(accepted, ordering: .relaxed)
            if !stopped.load(ordering: .relaxed) { serve(accepted) }
            connection.store(-1, ordering: .relaxed)
            close(accepted)
        }
    }

    private func serve(_ socket: Int32) {
        while let head = read(socket, 4) {
            let length = head.reduce(0) { $0 << 8 | Int($1) }
            guard let body = read(socket, length), answer(body, socket) else { return }
        }
    }

    private func read(_ socket: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var position = 0
        while position < count {
            let received = unsafe bytes.withUnsafeMutableBytes {
                unsafe recv(socket, $0.baseAddress! + position, count - position, 0)
            }
            guard received > 0 else { return nil }
            position += received
        }
        return bytes
    }

    /// - Returns: Whether the connection goes on.
    private func answer(_ body: [UInt8], _ socket: Int32) -> Bool {
        unsafe body.withUnsafeBytes { bytes in
            var reader = unsafe WireReader(bytes)
            guard let header = try? RequestHeader.decode(from: &reader), let api = header.api else { return false }
            var request = Seen(api: api, version: header.apiVersion)
            var acks: Int16 = 1
            if api == .produce { (request.partitions, acks) = produced(&reader, header.apiVersion) }
            let number = seen.withLock { seen in
                seen.append(request)
                return seen.count { $0.api == api } - 1
            }
            let reply = reply(request, number)
            switch reply {
            case .silence: return true
            case .close: return false
            default: break
            }
            if api == .produce, acks == 0 { return true }
            var correlationId = header.correlationId
            if case .wrongCorrelation = reply { correlationId += 1 }
            var code = ErrorCode.none
            if case .refuse(let refusal) = reply { code = refusal }
            var writer = WireWriter()
            let frame = writer.beginFrame()
            do {
                try write(request, correlationId, code, into: &writer)
            } catch {
                return false
            }
            writer.endFrame(frame)
            var isDripping = false
            if case .drip = reply { isDripping = true }
            return send(&writer, socket, piece: isDripping ? 1 : .max)
        }
    }

    private func produced(
        _ reader: inout WireReader, _ version: Int16
    ) -> ([(topic: String, index: Int32, byteCount: Int)], Int16) {
        var partitions: [(topic: String, index: Int32, byteCount: Int)] = []
        var acks: Int16 = 1
        guard var parser = try? ProduceRequestParser(version: version) else { return ([], acks) }
        var topic = ""
        while let event = try? parser.next(&reader) {
            switch event {
            case .header(let header): acks = header.acks
            case .topic(let name, _): topic = name.string
            case .partition(let index, let length):
                partitions.append((topic, index, length ?? 0))
                try? reader.skip(length ?? 0)
            case .end, .needMore: return (partitions, acks)
            }
        }
        return (partitions, acks)
    }

    private func write(
        _ request: Seen, _ correlationId: Int32, _ code: ErrorCode, into writer: inout WireWriter
    ) throws {
        if request.api == .apiVersions, oldVersions, request.version > 0 {
            ResponseHeader.encode(.apiVersions, version: 0, correlationId: correlationId, into: &writer)
            return try ApiVersionsResponse.unsupportedVersion.encode(into: &writer, version: 0)
        }
        ResponseHeader.encode(request.api, version: request.version, correlationId: correlationId, into: &writer)
        switch request.api {
        case .apiVersions: try ApiVersionsResponse.advertised.encode(into: &writer, version: request.version)
        case .metadata: try metadata.encode(into: &writer, version: request.version)
        case .produce:
            let names = Set(request.partitions.map(\.topic))
            try ProduceResponse.begin(version: request.version, topicCount: names.count, into: &writer)
            for name in names {
                let partitions = request.partitions.filter { $0.topic == name }
                try writer.beginTopic(name, partitionCount: partitions.count)
                for partition in partitions {
                    try ProduceResponse.partition(
                        .init(index: partition.index, errorCode: code, baseOffset: 0), into: &writer)
                }
                writer.endTopic()
            }
            ProduceResponse.end(into: &writer)
        default: break
        }
    }

    private var metadata: MetadataResponse {
        MetadataResponse {
            $0.controllerId = 7
            $0.brokers = [
                MetadataResponse.Broker {
                    $0.nodeId = 7
                    $0.host = "127.0.0.1"
                    $0.port = Int32(port)
                }
            ]
            $0.topics = topics.map { name, count in
                MetadataResponse.Topic {
                    $0.name = name
                    $0.partitions = (0..<count).map { index in
                        MetadataResponse.Partition {
                            $0.partitionIndex = Int32(index)
                            $0.leaderId = 7
                        }
                    }
                }
            }
        }
    }

    private func send(_ writer: inout WireWriter, _ socket: Int32, piece: Int) -> Bool {
        unsafe writer.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let count = min(piece, bytes.count - position)
                let sent = unsafe Glibc.send(socket, bytes.baseAddress! + position, count, Int32(MSG_NOSIGNAL))
                guard sent > 0 else { return false }
                position += sent
            }
            return true
        }
    }
}
