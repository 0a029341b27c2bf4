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
        let first = times.partitioningIndex { $0 >= range.lowerBound }
        return first < times.count && times[first] <= range.upperBound
    }
}
