public import TrafficAnalysis

/// One flow as a sequence ladder: the client's line at the left, the server's at the right, an
/// arrow a packet, and empty rows for the time between them.
///
///     0.000      1 │── SYN ─────────────────────▶│
///     0.000      2 │◀───────────────── SYN-ACK ──│
///                  │            1.95 s           │
///     1.953      4 │── ClientHello (517) ───────▶│
public struct FlowLadder: Sendable {
    /// What stands on one row.
    public enum Row: Hashable, Sendable {
        /// A place in `trace.packets`.
        case packet(Int)
        /// A part of the time behind a packet; the words stand in one row of it.
        case gap(after: Int, words: String)
        /// Packets of a long flow that were not kept.
        case leftOut(after: Int, count: Int)
    }

    public let trace: FlowTrace
    /// Nanoseconds that one empty row stands for.
    public let scale: Int64
    public let rows: [Row]
    /// Of each packet in `rows`.
    private let places: [Int]

    /// Longer gaps are cut and say so.
    private static let longestGap = 12
    /// Empty rows that a ladder of the usual scale has at most: it is all to scale.
    private static let emptyRows = Int64(longestGap)

    /// - Parameter scale: `nil` chooses one by how long the flow lasts.
    public init(_ trace: FlowTrace, scale: Int64? = nil) {
        self.trace = trace
        let scale = scale ?? Self.usualScale(trace)
        self.scale = scale
        var rows: [Row] = []
        var places: [Int] = []
        for (index, packet) in trace.packets.enumerated() {
            places.append(rows.count)
            rows.append(.packet(index))
            guard index + 1 < trace.packets.count else { break }
            let next = trace.packets[index + 1]
            if next.place > packet.place + 1 {
                rows.append(.leftOut(after: index, count: next.place - packet.place - 1))
            } else {
                rows += Self.gap(next.time - packet.time, after: index, scale: scale)
            }
        }
        self.rows = rows
        self.places = places
    }

    private static func gap(_ time: Int64, after index: Int, scale: Int64) -> [Row] {
        let wanted = time / scale
        guard wanted > 0 else { return [] }
        let count = Int(min(wanted, Int64(longestGap)))
        let isCut = wanted > Int64(longestGap)
        let words = Figures.seconds(time) + (isCut ? ", not to scale" : "")
        return (0..<count).map { .gap(after: index, words: $0 == count / 2 ? words : "") }
    }

    /// 1, 2 or 5 times a power of ten, in nanoseconds.
    public static func usualScale(_ trace: FlowTrace) -> Int64 {
        guard let first = trace.packets.first, let last = trace.packets.last else {
            return 1_000_000
        }
        return step(atLeast: max(1, (last.time - first.time) / emptyRows))
    }

    /// The next step above or below in the row 1, 2, 5, 10 µs, …, up to an hour or so.
    public static func scale(_ scale: Int64, wider: Bool) -> Int64 {
        let wanted = wider ? step(atLeast: scale + 1) : step(below: scale)
        return min(5_000_000_000_000, max(1_000, wanted))
    }

    private static func step(atLeast least: Int64) -> Int64 {
        var power: Int64 = 1_000
        while power < 1_000_000_000_000 {
            for factor in [power, 2 * power, 5 * power] where factor >= least { return factor }
            power *= 10
        }
        return 5_000_000_000_000
    }

    private static func step(below most: Int64) -> Int64 {
        var best: Int64 = 1_000
        while step(atLeast: best + 1) < most { best = step(atLeast: best + 1) }
        return best
    }

    public func row(ofPacket index: Int) -> Int {
        places.indices.contains(index) ? places[index] : 0
    }

    /// The place in `trace.packets` of a packet of the file.
    public func index(ofPacket number: Int) -> Int? {
        trace.packets.firstIndex { $0.number == number }
    }
}
