/// How one point's clock runs against the first point's.
public struct PointClock: Sendable, Equatable {
    /// What this clock shows more than the first point's, in nanoseconds, at the beginning of the
    /// first point's capture.
    public var offset: Int64
    /// Nanoseconds either way, when packets of both directions bound it: half of the shortest round
    /// trip between the points. `nil` with packets of one direction, whose travel time is then part
    /// of the offset.
    public var uncertainty: Int64?
    /// Parts per million by which this clock is faster; 0 unless it shows.
    public var drift: Double
    /// Times of what was seen at both points.
    public var pairs: Int

    /// The first point's own.
    static let reference = PointClock(offset: 0, uncertainty: 0, drift: 0, pairs: 0)

    /// A time of this point, by the first point's clock.
    func reference(_ time: Int64, since start: Int64) -> Int64 {
        let shifted = time - offset
        return shifted - Int64(Double(shifted - start) * drift / 1e6)
    }
}

/// Estimates a clock from packets that were seen at two points.
///
/// A packet from the first to the second point arrives after it left, one the other way likewise:
/// the offset lies between the largest difference of the latter and the smallest of the former.
/// Its middle is right when the fastest packets took equally long both ways (as NTP assumes,
/// RFC 5905 §8).
struct ClockEstimate {
    /// Time by the first clock, and what the second showed more.
    private var onward: [(time: Int64, difference: Int64)] = []
    private var back: [(time: Int64, difference: Int64)] = []

    mutating func add(first: Int64, second: Int64, isOnward: Bool) {
        let difference = second - first
        // A clock that never was set shows 1970; beyond that times are nonsense.
        guard abs(difference) < 1 << 61 else { return }
        if isOnward {
            onward.append((first, difference))
        } else {
            back.append((first, difference))
        }
    }

    func clock(since start: Int64) -> PointClock? {
        let pairs = onward.count + back.count
        guard pairs > 0 else { return nil }
        let flat = bounds(drift: 0, start)
        var best = (flat, drift: 0.0)
        if let slope = slope(start) {
            let leaning = bounds(drift: slope, start)
            // A drift is believed only when it narrows what both directions allow.
            if leaning.width < flat.width / 10 * 7 { best = (leaning, slope * 1e6) }
        }
        guard let upper = best.0.upper, let lower = best.0.lower else {
            return PointClock(
                offset: best.0.upper ?? best.0.lower ?? 0, uncertainty: nil, drift: best.drift,
                pairs: pairs)
        }
        return PointClock(
            offset: lower + (upper - lower) / 2, uncertainty: abs(upper - lower) / 2,
            drift: best.drift, pairs: pairs)
    }

    private struct Bounds {
        var upper: Int64?
        var lower: Int64?
        /// Spread of what is left; crossed bounds are as wide as they contradict.
        var width: Int64 {
            guard let upper, let lower else { return .max / 16 }
            return abs(upper - lower)
        }
    }

    private func bounds(drift: Double, _ start: Int64) -> Bounds {
        func level(_ pair: (time: Int64, difference: Int64)) -> Int64 {
            pair.difference - Int64(Double(pair.time - start) * drift)
        }
        return Bounds(upper: onward.map(level).min(), lower: back.map(level).max())
    }

    /// Least squares over the middles of up to 16 windows that have packets of both directions.
    private func slope(_ start: Int64) -> Double? {
        let times = (onward + back).map(\.time)
        guard let from = times.min(), let to = times.max(), to - from > 5_000_000_000 else {
            return nil
        }
        let width = (to - from) / 16 + 1
        var upper = [Int64?](repeating: nil, count: 16)
        var lower = [Int64?](repeating: nil, count: 16)
        for pair in onward {
            let window = Int((pair.time - from) / width)
            upper[window] = min(upper[window] ?? .max, pair.difference)
        }
        for pair in back {
            let window = Int((pair.time - from) / width)
            lower[window] = max(lower[window] ?? .min, pair.difference)
        }
        let middles: [(x: Double, y: Double)] = (0..<16).compactMap { window in
            guard let high = upper[window], let low = lower[window] else { return nil }
            return (Double(window) * Double(width), Double(low) + Double(high - low) / 2)
        }
        guard middles.count >= 3 else { return nil }
        let count = Double(middles.count)
        let x = middles.reduce(0) { $0 + $1.x } / count
        let y = middles.reduce(0) { $0 + $1.y } / count
        let spread = middles.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
        let slope = middles.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
        // No clock that is used runs wrong by more than 1,000 ppm.
        return abs(slope) < 1e-3 ? slope : nil
    }
}
