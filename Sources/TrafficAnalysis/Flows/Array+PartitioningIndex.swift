extension Array {
    /// The first place from which on `isPast` holds, in a list where it holds from some place on: a
    /// binary search, named as in swift-algorithms.
    @inline(__always)
    func partitioningIndex(where isPast: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isPast(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
