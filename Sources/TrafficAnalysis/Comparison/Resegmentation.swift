/// Which packets of one side were cut or joined between its points: by segmentation offload (kernel,
/// Documentation/networking/segmentation-offloads.rst), or by a box that segments anew.
struct Resegmentation {
    /// By crossing and position: into `CrossingMatch.order`.
    private var arrived: [Bool]
    private var made: [Bool]
    private let points: Int
    /// From a position to a later one, how many packets arrived that are made of what had left.
    private(set) var joints: [(from: Int, to: Int, packets: Int)] = []

    /// - Parameter time: of a packet at a position, by one clock.
    init(_ match: CrossingMatch, time: (Crossing, Int) -> Int64) {
        points = match.order.count
        arrived = [Bool](repeating: false, count: match.crossings.count * points)
        made = arrived
        let data = match.crossings.indices.filter { match.crossings[$0].length > 0 }
        for to in match.order.indices.dropFirst() {
            for from in (0..<to).reversed() {
                join(data, match, from, to, time)
            }
        }
    }

    /// Whether all bytes of a packet that the position saw came to a later one, in other packets.
    func arrived(_ crossing: Int, from position: Int) -> Bool {
        arrived[crossing * points + position]
    }

    /// Whether a packet that the position saw is made of others that an earlier one saw.
    func isMade(_ crossing: Int, at position: Int) -> Bool { made[crossing * points + position] }

    private mutating func join(
        _ data: [Int], _ match: CrossingMatch, _ from: Int, _ to: Int,
        _ time: (Crossing, Int) -> Int64
    ) {
        func isSeen(_ crossing: Int, _ position: Int) -> Bool {
            match.crossings[crossing].places[match.order[position]] >= 0
        }
        let departures = data.filter { crossing in
            isSeen(crossing, from) && !arrived(crossing, from: from)
                && !(from + 1...to).contains { isSeen(crossing, $0) }
        }
        if departures.isEmpty { return }
        let arrivals = data.filter { crossing in
            guard isSeen(crossing, to), !isMade(crossing, at: to),
                !(from..<to).contains(where: { isSeen(crossing, $0) })
            else { return false }
            // Seen further up, it went round this point, unless it went through in other packets.
            let former = (0..<from).last { isSeen(crossing, $0) }
            return former.map { arrived(crossing, from: $0) } ?? true
        }
        if arrivals.isEmpty { return }
        func packets(_ crossings: [Int], _ position: Int) -> [ByteCopies.Packet] {
            crossings.map {
                ByteCopies.Packet(
                    range: match.crossings[$0].range, time: time(match.crossings[$0], position))
            }
        }
        let copies = ByteCopies(packets(departures, from), packets(arrivals, to))
        for (crossing, hasArrived) in zip(departures, copies.arrived) where hasArrived {
            arrived[crossing * points + from] = true
        }
        for (crossing, isMade) in zip(arrivals, copies.made) where isMade {
            made[crossing * points + to] = true
        }
        let count = copies.made.count { $0 }
        if count > 0 { joints.append((from, to, count)) }
    }
}

/// Follows bytes, some of them sent several times, from packets to packets of another cut: an arrival
/// takes of each byte the newest copy that had left by then.
struct ByteCopies {
    struct Packet {
        var range: Range<Int64>
        var time: Int64
    }

    /// By departure: all its bytes arrived.
    private(set) var arrived: [Bool]
    /// By arrival: all its bytes had left.
    private(set) var made: [Bool]

    /// Clocks are known to less than this, in nanoseconds.
    private static let slack: Int64 = 1_000_000
    /// Pieces of packets that are followed, each in 8 bytes; there are more only where somebody cuts
    /// the same bytes at a thousand places.
    private static let limit = 8_000_000

    init(_ departures: [Packet], _ arrivals: [Packet]) {
        arrived = [Bool](repeating: false, count: departures.count)
        made = [Bool](repeating: false, count: arrivals.count)
        let edges = Self.edges(departures, arrivals)
        // Every packet as a run of pieces, between two edges each.
        let left = departures.map { Self.pieces($0.range, edges) }
        let came = arrivals.map { Self.pieces($0.range, edges) }
        let work = (left + came).reduce(0) { $0 + $1.count }
        guard work <= Self.limit else {
            // Whenever it was.
            let (all, others) = (
                ByteRanges(departures.map(\.range)), ByteRanges(arrivals.map(\.range))
            )
            arrived = departures.map { others.hold($0.range) }
            made = arrivals.map { all.hold($0.range) }
            return
        }
        follow(departures, left, arrivals, came, edges)
    }

    private mutating func follow(
        _ departures: [Packet], _ left: [Range<Int>], _ arrivals: [Packet], _ came: [Range<Int>],
        _ edges: [Int64]
    ) {
        // Of each piece, the copies on their way: who sent it, and the copy sent before.
        var newest = [Int32](repeating: -1, count: edges.count)
        var copies: [(sender: Int32, former: Int32)] = []
        var missing = departures.map(\.range.count)
        let order = departures.indices.sorted { departures[$0].time < departures[$1].time }
        var next = 0
        for arrival in arrivals.indices.sorted(by: { arrivals[$0].time < arrivals[$1].time }) {
            let latest = arrivals[arrival].time &+ Self.slack
            while next < order.count, departures[order[next]].time <= latest {
                for piece in left[order[next]] {
                    copies.append((Int32(order[next]), newest[piece]))
                    newest[piece] = Int32(copies.count - 1)
                }
                next += 1
            }
            made[arrival] = true
            for piece in came[arrival] {
                guard newest[piece] >= 0 else {
                    made[arrival] = false
                    continue
                }
                let copy = copies[Int(newest[piece])]
                newest[piece] = copy.former
                missing[Int(copy.sender)] -= Int(edges[piece + 1] - edges[piece])
            }
        }
        arrived = missing.map { $0 == 0 }
    }

    private static func edges(_ departures: [Packet], _ arrivals: [Packet]) -> [Int64] {
        var edges = (departures + arrivals).flatMap { [$0.range.lowerBound, $0.range.upperBound] }
        edges.sort()
        var count = 0
        for edge in edges where count == 0 || edges[count - 1] != edge {
            edges[count] = edge
            count += 1
        }
        return Array(edges[..<count])
    }

    private static func pieces(_ range: Range<Int64>, _ edges: [Int64]) -> Range<Int> {
        edges.partitioningIndex {
            $0 >= range.lowerBound
        }..<edges.partitioningIndex { $0 >= range.upperBound }
    }
}
