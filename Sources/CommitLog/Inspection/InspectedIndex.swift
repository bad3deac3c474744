/// What an index file says, and what is wrong with it.
package struct InspectedIndex<Entry: Sendable & Equatable>: Sendable, Equatable {
    package let path: String
    package let entries: [Entry]
    /// Why a log would not use the file; nil when it would.
    package let problem: String?
}

/// An entry of an offset index.
package struct InspectedOffset: Sendable, Equatable {
    /// The last offset of the batch.
    package let offset: Int64
    /// The batch's first byte in the log file.
    package let position: Int
    /// Whether such a batch lies there.
    package let agreesWithLog: Bool
}

/// An entry of a time index.
package struct InspectedTimestamp: Sendable, Equatable {
    /// The largest timestamp up to the batch, in milliseconds since 1970.
    package let timestamp: Int64
    /// The last offset of the batch that has it.
    package let offset: Int64
}
