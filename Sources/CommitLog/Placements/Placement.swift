/// Where in a segment a batch goes. One instance belongs to one segment.
package class Placement {
    init() {}

    /// The file's position for the next batch, or nil when the segment has no room for it.
    ///
    /// Asking again without `take` gives the same answer, so a reservation can be abandoned.
    func position(for byteCount: Int) -> Int? {
        fatalError("a placement places")
    }

    /// The batch that was asked for last is committed.
    func take(_ byteCount: Int) {
        fatalError("a placement takes")
    }

    /// Whether batches lie in the file in the order of their offsets, one behind the other.
    ///
    /// Where they do not, each batch has an index entry and is read by itself.
    var isContiguous: Bool { true }
}
