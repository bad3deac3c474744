internal import CLinux
internal import Glibc

/// Network interfaces of the namespace that the calling thread is in: making them, and giving them addresses.
///
/// Requests to the kernel's routing tables over netlink; see rtnetlink(7).
package struct NetworkInterfaces: ~Copyable {
    private let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = try systemCall(.socket, "socket(AF_NETLINK)") {
            socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
    }

    deinit {
        CallCounters.count(.close)
        close(descriptor)
    }

    /// Makes a bridge, which forwards between the interfaces that are joined to it.
    package func makeBridge(_ name: String) throws(SystemError) {
        var message = Message(.newLink, isNew: true)
        message.link(index: 0)
        message.attribute(.interfaceName, name)
        message.nested(.linkInfo) { $0.attribute(.infoKind, "bridge") }
        try send(message, about: name)
    }

    /// Makes a pair of interfaces, one here and joined to a bridge, the other in another namespace; what goes
    /// into one comes out of the other.
    package func makePair(
        _ name: String, joinedTo bridge: String, peer: String, in namespace: NetworkNamespace
    ) throws(SystemError) {
        var message = Message(.newLink, isNew: true)
        message.link(index: 0)
        message.attribute(.interfaceName, name)
        message.attribute(.master, try Self.index(of: bridge))
        message.nested(.linkInfo) { info in
            info.attribute(.infoKind, "veth")
            info.nested(.infoData) { data in
                data.nested(.peer) { other in
                    other.link(index: 0)
                    other.attribute(.interfaceName, peer)
                    other.attribute(.namespace, namespace.number)
                }
            }
        }
        try send(message, about: name)
    }

    /// Gives an interface an address in a network of 24 bits.
    package func setAddress(
        _ address: (UInt8, UInt8, UInt8, UInt8), of name: String
    ) throws(SystemError) {
        var message = Message(.newAddress, isNew: true)
        message.address(index: try Self.index(of: name), prefixLength: 24)
        let bytes = [address.0, address.1, address.2, address.3]
        message.attribute(.localAddress, bytes)
        message.attribute(.peerAddress, bytes)
        try send(message, about: name)
    }

    /// Starts an interface.
    package func start(_ name: String) throws(SystemError) {
        var message = Message(.newLink, isNew: false)
        message.link(index: try Self.index(of: name), isUp: true)
        try send(message, about: name)
    }

    private static func index(of name: String) throws(SystemError) -> UInt32 {
        CallCounters.count(.socketOption)
        let index = unsafe if_nametoindex(name)
        guard index > 0 else { throw SystemError(call: "if_nametoindex", path: name, code: errno) }
        return index
    }

    /// Sends a request and waits for the kernel's answer.
    private func send(_ message: consuming Message, about name: String) throws(SystemError) {
        let bytes = message.finished()
        _ = try systemCall(.send, "send(netlink)", path: name, reportsBytes: true) {
            unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        }
        var answer = [UInt8](repeating: 0, count: 4096)
        let count = try systemCall(.recv, "recv(netlink)", path: name, reportsBytes: true) {
            unsafe answer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        }
        // An acknowledgement is an error message whose number, behind the header, is 0.
        guard count >= Message.headerByteCount + 4 else { throw SystemError(call: "netlink", path: name, code: EPROTO) }
        let code = unsafe answer.withUnsafeBytes {
            unsafe $0.loadUnaligned(fromByteOffset: Message.headerByteCount, as: Int32.self)
        }
        if code != 0 { throw SystemError(call: "netlink", path: name, code: -code) }
    }
}

/// A netlink request as it is built up: a header, a body of fixed form, attributes within attributes.
private struct Message {
    enum Kind: UInt16 {
        case newLink = 16
        case newAddress = 20
    }

    /// IFLA_*, VETH_INFO_* and IFA_*; what a number means depends on where it stands.
    enum Attribute {
        case interfaceName, master, linkInfo, namespace, infoKind, infoData, peer, peerAddress, localAddress

        var number: UInt16 {
            switch self {
            case .interfaceName: 3
            case .master: 10
            case .linkInfo: 18
            case .namespace: 28
            case .infoKind: 1
            case .infoData: 2
            case .peer: 1
            case .peerAddress: 1
            case .localAddress: 2
            }
        }
    }

    static let headerByteCount = 16
    private var bytes: [UInt8] = []

    init(_ kind: Kind, isNew: Bool) {
        let (request, acknowledge, exclusive, create): (UInt16, UInt16, UInt16, UInt16) = (1, 4, 0x200, 0x400)
        // The length comes when it is known.
        append(UInt32(0))
        append(kind.rawValue)
        append(request | acknowledge | (isNew ? exclusive | create : 0))
        append(UInt32(1))
        append(UInt32(0))
    }

    /// struct ifinfomsg.
    mutating func link(index: UInt32, isUp: Bool = false) {
        append(UInt32(0))
        append(index)
        let up: UInt32 = 1
        append(isUp ? up : 0)
        append(isUp ? up : 0)
    }

    /// struct ifaddrmsg.
    mutating func address(index: UInt32, prefixLength: UInt8) {
        bytes += [UInt8(AF_INET), prefixLength, 0, 0]
        append(index)
    }

    mutating func attribute(_ name: Attribute, _ text: String) {
        attribute(name, Array(text.utf8) + [0])
    }

    mutating func attribute(_ name: Attribute, _ value: UInt32) {
        attribute(name, unsafe withUnsafeBytes(of: value) { unsafe Array($0) })
    }

    mutating func attribute(_ name: Attribute, _ value: [UInt8]) {
        nested(name) { $0.bytes += value }
    }

    mutating func nested(_ name: Attribute, _ content: (inout Message) -> Void) {
        let start = bytes.count
        append(UInt16(0))
        append(name.number)
        content(&self)
        let length = UInt16(bytes.count - start)
        unsafe withUnsafeBytes(of: length) { unsafe bytes.replaceSubrange(start..<start + 2, with: $0) }
        while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
    }

    consuming func finished() -> [UInt8] {
        let length = UInt32(bytes.count)
        var bytes = bytes
        unsafe withUnsafeBytes(of: length) { unsafe bytes.replaceSubrange(0..<4, with: $0) }
        return bytes
    }

    /// In the machine's byte order, as netlink has it.
    private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        unsafe withUnsafeBytes(of: number) { unsafe bytes.append(contentsOf: $0) }
    }
}
