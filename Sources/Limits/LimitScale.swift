/// How much is measured.
package struct LimitScale: Sendable {
    /// Pairs of samples, ours beside plain; even, so that each side goes first equally often.
    package var pairs: Int
    /// How long a sample takes about, where the amount of work is free; in nanoseconds.
    package var sampleNanoseconds: Int64
    /// The bytes that a sample moves through the page cache.
    package var fileByteCount: Int
    /// The bytes that a sample moves to or from the device.
    package var deviceByteCount: Int
    /// How many partitions are opened.
    package var partitions: Int

    package init(pairs: Int, sampleNanoseconds: Int64, fileByteCount: Int, deviceByteCount: Int, partitions: Int) {
        precondition(pairs > 0 && pairs.isMultiple(of: 2), "an even number of pairs")
        self.pairs = pairs
        self.sampleNanoseconds = sampleNanoseconds
        self.fileByteCount = fileByteCount
        self.deviceByteCount = deviceByteCount
        self.partitions = partitions
    }

    /// Long enough for intervals of a few per cent.
    package static let full = LimitScale(
        pairs: 30, sampleNanoseconds: 30_000_000, fileByteCount: 128 << 20, deviceByteCount: 64 << 20, partitions: 1000)
    /// Beside the cells of a run: a second or less for each limit.
    package static let besideRun = LimitScale(
        pairs: 10, sampleNanoseconds: 20_000_000, fileByteCount: 64 << 20, deviceByteCount: 64 << 20, partitions: 1)
    /// For a first look.
    package static let quick = LimitScale(
        pairs: 6, sampleNanoseconds: 10_000_000, fileByteCount: 32 << 20, deviceByteCount: 16 << 20, partitions: 1000)
}
