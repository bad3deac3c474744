extension Array {
    /// The index of the first element that belongs to the second partition, or `count`: a binary search.
    ///
    /// - Parameter belongsInSecond: False for all elements up to some index and true from there on.
    @inline(__always)
    func partitioningIndex(where belongsInSecond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsInSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
