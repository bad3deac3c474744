/// Bytes that are not what the protocol says, or a value that the protocol cannot carry: what was wrong, and where.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// Not an error of the sender: the reader holds a prefix of the frame, and this many bytes more are needed.
        case incomplete(missing: Int)
        /// The frame ends before the value does.
        case truncated(needed: Int, remaining: Int)
        /// A negative length where no null is allowed, or one above what Kafka allows.
        case invalidLength(Int)
        /// Bytes that have to be parsed in one piece, but are longer than the parser accepts.
        case pieceTooLong(Int)
        /// An array that announces more elements than the rest of the frame can hold.
        case tooManyElements(Int, remaining: Int)
        /// A variable-length integer of more than 32 bits.
        case invalidVarint
        /// A string that is not UTF-8.
        case invalidUTF8
        /// Bytes after the end of the message.
        case trailingBytes(Int)
        /// A version that this module neither reads nor writes.
        case unsupportedVersion(ApiKey, Int16)
        /// What this version of a message has no form for.
        case notInVersion(Int16, String)
    }

    package var reason: Reason
    /// Bytes from the start of what was read or written.
    package var offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// For example `at byte 17: the value needs 8 bytes, but the frame has 3 left`.
    package var description: String {
        "at byte \(offset): \(explanation)"
    }

    private var explanation: String {
        switch reason {
        case .incomplete(let missing): "\(missing) more bytes have to arrive"
        case .truncated(let needed, let remaining):
            "the value needs \(needed) bytes, but the frame has \(remaining) left"
        case .invalidLength(let length): "\(length) is no valid length here"
        case .pieceTooLong(let length): "\(length) bytes would have to be held to go on, which is too many"
        case .tooManyElements(let count, let remaining):
            "an array of \(count) elements cannot fit into the \(remaining) bytes that are left"
        case .invalidVarint: "a variable-length integer is longer than 32 bits"
        case .invalidUTF8: "a string is not UTF-8"
        case .trailingBytes(let count): "\(count) bytes follow the end of the message"
        case .unsupportedVersion(let key, let version): "version \(version) of \(key) is not served"
        case .notInVersion(let version, let what): "version \(version) has no form for \(what)"
        }
    }
}
