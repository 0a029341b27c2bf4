/// Ranges of a byte stream, merged, for asking whether bytes were seen.
struct ByteRanges {
    private var ranges: [Range<Int64>] = []

    /// In any order; empty ones count for nothing.
    init(_ unordered: [Range<Int64>]) {
        for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                ranges[ranges.count - 1] = last.lowerBound..<end
            } else {
                ranges.append(range)
            }
        }
    }

    /// Whether all of `range` is among them.
    func hold(_ range: Range<Int64>) -> Bool {
        let next = ranges.partitioningIndex { $0.lowerBound > range.lowerBound }
        return next > 0 && ranges[next - 1].upperBound >= range.upperBound
    }
}
