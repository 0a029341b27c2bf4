/// When something happened, by what it happened to: asked for many times, so never searched
/// through.
struct TimesByKey<Key: Hashable> {
    private var times: [Key: [Int64]] = [:]

    init(_ events: some Sequence<(Key, Int64)>) {
        for (key, time) in events { times[key, default: []].append(time) }
        for key in times.keys { times[key]?.sort() }
    }

    /// Whether it happened to `key` within `range`.
    func hasOne(_ key: Key, in range: ClosedRange<Int64>) -> Bool {
        guard let times = times[key] else { return false }
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < times.count && times[low] <= range.upperBound
    }
}
