/// A string inside a frame, not copied: hashed and compared by its bytes.
///
/// It is a view: valid only as long as the bytes that its reader was made over. Whoever keeps it keeps
/// `string` instead.
@safe package struct WireString: Hashable, CustomStringConvertible {
    private let bytes: UnsafeRawBufferPointer

    /// - Parameter bytes: The string's bytes; the caller keeps them alive and unchanged while the view is in use.
    @unsafe package init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    /// The number of bytes.
    package var count: Int { unsafe bytes.count }

    package var isEmpty: Bool { count == 0 }

    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(bytes)
    }

    /// A copy; a byte sequence that is not UTF-8 is repaired, so use it for names that were checked and for messages.
    package var string: String { unsafe String(decoding: bytes, as: UTF8.self) }

    /// A copy, or nil if the bytes are not UTF-8.
    package var validated: String? { unsafe String(validating: bytes, as: UTF8.self) }

    package var description: String { string }

    package static func == (left: WireString, right: WireString) -> Bool {
        unsafe left.count == right.count && left.bytes.elementsEqual(right.bytes)
    }

    package static func == (left: WireString, right: String) -> Bool {
        unsafe left.count == right.utf8.count && left.bytes.elementsEqual(right.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        unsafe hasher.combine(bytes: bytes)
    }
}
