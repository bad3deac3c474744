/// Behind the last batch, as Kafka does it: the file grows at its end.
final class SequentialPlacement: Placement {
    private var end: Int
    private let limit: Int

    /// - Parameters:
    ///   - end: Where the next batch goes.
    ///   - limit: The segment's size in bytes; the first batch is taken even above it.
    init(end: Int, limit: Int) {
        self.end = end
        self.limit = limit
    }

    override func position(for byteCount: Int) -> Int? {
        end == 0 || end + byteCount <= limit ? end : nil
    }

    override func take(_ byteCount: Int) {
        end += byteCount
    }
}
