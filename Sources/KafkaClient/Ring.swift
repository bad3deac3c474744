/// A queue in memory that is used again and again: constant time at both ends, no allocation once it has grown.
struct Ring<Element> {
    /// As many places as a power of two.
    private var places: [Element?] = []
    private var start = 0
    private(set) var count = 0

    init() {}

    var isEmpty: Bool { count == 0 }

    var first: Element? { isEmpty ? nil : places[start] }

    /// The element that stands behind that many others.
    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "no such place in the queue")
        guard let element = places[place(index)] else { preconditionFailure("an empty place in the queue") }
        return element
    }

    mutating func append(_ element: Element) {
        if count == places.count { grow() }
        places[place(count)] = element
        count += 1
    }

    mutating func prepend(_ element: Element) {
        if count == places.count { grow() }
        start = (start &+ places.count &- 1) & (places.count &- 1)
        places[start] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        // What it refers to is not kept alive by the place.
        let element = places[start].take()
        start = place(1)
        count -= 1
        return element
    }

    private func place(_ index: Int) -> Int { (start &+ index) & (places.count &- 1) }

    private mutating func grow() {
        var larger: [Element?] = []
        larger.reserveCapacity(max(8, 2 * places.count))
        for index in 0..<count { larger.append(places[place(index)]) }
        for _ in count..<max(8, 2 * places.count) { larger.append(nil) }
        places = larger
        start = 0
    }
}
