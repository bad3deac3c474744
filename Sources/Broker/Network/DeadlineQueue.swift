/// What is due when: a binary heap. Entries are not taken out when they have become meaningless;
/// whoever takes one checks.
struct DeadlineQueue {
    struct Entry {
        /// On the monotonic clock, in nanoseconds.
        var time: Int64
        var slot: Int
        var ticket: UInt64
    }

    private var heap: [Entry] = []

    /// When the next entry is due; nil when there is none.
    var next: Int64? { heap.first?.time }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].time < heap[parent].time else { break }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    /// Takes the first entry that is due by `time`.
    mutating func take(by time: Int64) -> Entry? {
        guard let first = heap.first, first.time <= time else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].time < heap[least].time {
                least = child
            }
            guard least != index else { break }
            heap.swapAt(index, least)
            index = least
        }
        return first
    }
}
