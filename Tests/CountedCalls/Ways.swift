import LinuxKernel

/// A file, a connection over loopback, and what the paths need to get bytes from one to the other.
@safe
final class Ways {
    private static let byteCount = 8192

    private let directory: String
    private let client: Socket
    private let server: Socket
    private let poll: EventPoll
    private let file: File
    private let pipe: KernelPipe
    private var ring: Ring
    private let memory = AlignedBuffer(byteCount: byteCount)
    private let room = AlignedBuffer(byteCount: 4 * byteCount)

    private var data: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(memory.bytes) }

    init(in directory: String) throws {
        self.directory = directory
        var listener = try ListeningSocket(at: SocketAddress(host: "127.0.0.1", port: 0))
        client = try Socket.connecting(to: listener.address)
        server = try Self.accept(&listener)
        poll = try EventPoll()
        try poll.add(client, token: 0)
        file = try File(directory + "/log", .createNew)
        pipe = try KernelPipe(capacity: 1 << 16)
        ring = try Ring(entries: 8)
        unsafe memory.bytes.initializeMemory(as: UInt8.self, repeating: 7)
        try server.allowZerocopy()
    }

    private static func accept(_ listener: inout ListeningSocket) throws -> Socket {
        while true {
            switch try listener.accept() {
            case .connection(let socket, _): return socket
            case .none: continue
            case .exhausted(let error): throw error
            }
        }
    }

    /// Each way once.
    func go(_ round: Int) throws {
        try append(at: round * 3 * Self.byteCount)
        try fetch(at: round * 3 * Self.byteCount)
        try replaceSegment()
    }

    private func append(at position: Int) throws {
        unsafe try file.writeAll(data, at: position)
        var pieces = File.Pieces()
        unsafe pieces.append(data)
        try file.writeAll(&pieces, at: position + Self.byteCount)
        for token in 0..<3 {
            let isPlaced = unsafe ring.write(
                data, to: Ring.Target(file), at: position + token * Self.byteCount, token: UInt64(token))
            precondition(isPlaced)
        }
        try ring.submit(waitingFor: 3)
        while ring.nextCompletion() != nil {}
        try file.dataSync()
        try file.sync()
        try file.writeBack(at: position, byteCount: Self.byteCount)
    }

    private func fetch(at position: Int) throws {
        _ = unsafe try file.read(into: memory.bytes, at: position)
        _ = unsafe try server.send(data, more: false)
        try receive()
        _ = try server.sendFile(file, at: position, byteCount: Self.byteCount)
        try receive()
        _ = try pipe.fill(from: file, at: position, byteCount: Self.byteCount)
        _ = try pipe.drain(to: server, more: false)
        try receive()
        _ = unsafe try server.sendZerocopy(data, more: false)
        try receive()
        while try server.takeCompletion() == nil {}
    }

    /// Waits for what was sent, and takes it.
    private func receive() throws {
        var received = 0
        while received < Self.byteCount {
            _ = try poll.wait(milliseconds: 1000)
            received += unsafe try client.receive(into: room.bytes) ?? 0
        }
    }

    private func replaceSegment() throws {
        do {
            let segment = try File(directory + "/segment", .createNew)
            try segment.allocate(at: 0, byteCount: 1 << 16)
            try segment.truncate(to: 100)
            try segment.advise(.dontNeed)
        }
        try Directory.rename(directory + "/segment", to: directory + "/retired")
        try Directory.unlinkFile(directory + "/retired")
    }
}
