import LinuxKernel
import Testing

/// Two connected sockets.
private final class SocketPair {
    let client: Socket
    let server: Socket

    init() throws {
        var listener = try ListeningSocket(at: SocketAddress(host: "127.0.0.1", port: 0))
        client = try Socket.connecting(to: listener.address)
        server = try Self.accept(&listener)
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

    /// Receives that many bytes at the client's end.
    func receive(_ byteCount: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while all.count < byteCount {
            let count = try unsafe buffer.withUnsafeMutableBytes { unsafe try client.receive(into: $0) }
            all += buffer[..<(count ?? 0)]
        }
        return all
    }
}

@Suite("Ways of bytes")
struct TransferTests {
    private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) } }

    @Test("bytes go from a file through a pipe to a socket, and the pipe knows what it holds")
    func splice() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            try file.writeAll(pattern(10_000), at: 0)
            let sockets = try SocketPair()
            let pipe = try KernelPipe(capacity: 65_536)
            #expect(pipe.capacity == 65_536)
            #expect(try pipe.fill(from: file, at: 1234, byteCount: 5000) == 5000)
            #expect(pipe.byteCount == 5000)
            #expect(try pipe.drain(to: sockets.server, more: false) == 5000)
            #expect(pipe.byteCount == 0)
            #expect(try pipe.fill(from: file, at: 10_000, byteCount: 1) == 0)
            #expect(try sockets.receive(5000) == Array(pattern(10_000)[1234..<6234]))
        }
    }

    @Test("a mapping shows what is appended to its file later, and a send past the file's end fails")
    func mapping() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            let mapping = try FileMapping(file, byteCount: 1 << 20)
            try file.writeAll(pattern(5000), at: 0)
            let sockets = try SocketPair()
            let sent = unsafe try sockets.server.send(
                mapped: UnsafeRawBufferPointer(rebasing: mapping.bytes[..<5000]), more: false)
            #expect(sent == 5000)
            #expect(try sockets.receive(5000) == pattern(5000))
            let error = #expect(throws: SystemError.self) {
                unsafe try sockets.server.send(
                    mapped: UnsafeRawBufferPointer(rebasing: mapping.bytes[65_536..<70_000]), more: false)
            }
            #expect(error?.name == "EFAULT")
        }
    }

    @Test("a send without a copy is completed once its bytes have arrived, on loopback as copied")
    func zerocopy() throws {
        try withTemporaryDirectory { directory in
            let file = try File(directory + "/data", .createNew)
            try file.writeAll(pattern(20_000), at: 0)
            let mapping = try FileMapping(file, byteCount: 20_000)
            let sockets = try SocketPair()
            try sockets.server.allowZerocopy()
            #expect(try sockets.server.takeCompletion() == nil)
            for _ in 0..<2 {
                let sent = unsafe try sockets.server.sendZerocopy(UnsafeRawBufferPointer(mapping.bytes), more: false)
                #expect(sent == 20_000)
            }
            #expect(try sockets.receive(40_000) == pattern(20_000) + pattern(20_000))
            var completed: Set<UInt32> = []
            let deadline = MonotonicClock.now() + 5_000_000_000
            while completed.count < 2, MonotonicClock.now() < deadline {
                guard let completion = try sockets.server.takeCompletion() else { continue }
                #expect(completion.isCopied)
                completed.formUnion(completion.first...completion.last)
            }
            #expect(completed == [0, 1])
        }
    }
}
