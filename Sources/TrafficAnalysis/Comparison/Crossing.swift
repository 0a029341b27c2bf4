internal import Dissection

/// One packet on its way from point to point.
struct Crossing: Sendable {
    let fromClient: Bool
    /// Place of its first byte in the side's stream, 0 after the SYN.
    let sequence: Int64
    let length: Int
    /// Of a pure acknowledgement: how much of the other side's stream it has; else 0.
    let acknowledgement: Int64
    /// SYN, FIN and RST only.
    let flags: TCPFlags
    /// By point: into `PointLog.segments`; -1 where it was not seen.
    var places: [Int]

    var isPureACK: Bool { length == 0 && flags.isEmpty }
    var range: Range<Int64> { sequence..<sequence + Int64(length) }
}

/// Recognises the packets of one side of a connection at all points that share its numbers.
struct CrossingMatch {
    /// In travel order: the points where the connection was seen.
    let order: [Int]
    let fromClient: Bool
    private(set) var crossings: [Crossing] = []
    /// How far the sender had acknowledged, and since when by the first point's clock, as its
    /// nearest point saw it; rising.
    private var acknowledged: [(time: Int64, number: Int64)] = []

    private struct Key: Comparable {
        var sequence: Int64
        var acknowledgement: Int64
        var length: UInt32
        var flags: UInt8

        static func < (a: Key, b: Key) -> Bool {
            (a.sequence, a.acknowledgement, a.length, a.flags)
                < (b.sequence, b.acknowledgement, b.length, b.flags)
        }
    }

    private struct Sighting {
        var key: Key
        /// Into `order`.
        var position: Int
        /// Into `PointLog.segments`.
        var place: Int
        /// By the first point's clock.
        var time: Int64
        var identification: UInt16
    }

    /// - Parameter time: a segment's time by the first point's clock.
    init(
        _ stream: SharedNumbers, logs: [PointLog], fromClient: Bool,
        time: (Int, Int64) -> Int64
    ) {
        self.fromClient = fromClient
        order = fromClient ? stream.points : stream.points.reversed()
        var sightings: [Sighting] = []
        for (position, point) in order.enumerated() {
            var reading = stream.reading(at: point, fromClient: fromClient)
            let flow = logs[point].flows[stream.flow(at: point)]
            for place in flow.segments {
                let segment = logs[point].segments[place]
                guard (segment.fromUpper == flow.clientIsUpper) == fromClient else { continue }
                let flags = segment.flags.intersection([.syn, .fin, .rst])
                let isPureACK = segment.length == 0 && flags.isEmpty
                let number =
                    segment.flags.contains(.ack) && !flags.contains(.rst)
                    ? reading.acknowledgement(segment) : 0
                let seen = time(point, segment.time)
                let key = Key(
                    sequence: reading.sequence(segment), acknowledgement: isPureACK ? number : 0,
                    length: segment.length, flags: flags.rawValue)
                sightings.append(
                    Sighting(
                        key: key, position: position, place: place, time: seen,
                        identification: segment.identification))
                if position == 0, number > acknowledged.last?.number ?? 0 {
                    acknowledged.append((seen, number))
                }
            }
        }
        sightings.sort { a, b in
            a.key != b.key
                ? a.key < b.key : (a.position, a.time, a.place) < (b.position, b.time, b.place)
        }
        var start = 0
        while start < sightings.count {
            var end = start
            while end < sightings.count, sightings[end].key == sightings[start].key { end += 1 }
            join(sightings[start..<end], points: logs.count)
            start = end
        }
    }

    /// How far the sender had acknowledged at a time of the first point's clock.
    func acknowledged(by time: Int64) -> Int64 {
        let next = acknowledged.partitioningIndex { $0.time > time }
        return next > 0 ? acknowledged[next - 1].number : 0
    }

    /// All sightings of equal packets: who of one point is who of the next.
    private mutating func join(
        _ sightings: ArraySlice<Sighting>, points: Int
    ) {
        guard let any = sightings.first else { return }
        var known: [(crossing: Crossing, last: Sighting)] = []
        func begin(_ sighting: Sighting) {
            var places = [Int](repeating: -1, count: points)
            places[order[sighting.position]] = sighting.place
            known.append(
                (
                    Crossing(
                        fromClient: fromClient, sequence: any.key.sequence,
                        length: Int(any.key.length), acknowledgement: any.key.acknowledgement,
                        flags: TCPFlags(rawValue: any.key.flags), places: places), sighting
                ))
        }
        var start = sightings.startIndex
        while start < sightings.endIndex {
            let position = sightings[start].position
            let end =
                sightings[start...].firstIndex { $0.position != position }
                ?? sightings.endIndex
            let here = sightings[start..<end]
            let partners = Self.partners(of: here, among: known.map(\.last))
            for (sighting, partner) in zip(here, partners) {
                if let partner {
                    known[partner].crossing.places[order[position]] = sighting.place
                    known[partner].last = sighting
                } else {
                    begin(sighting)
                }
            }
            start = end
        }
        crossings += known.map(\.crossing)
    }

    /// For each of `here`, which of the packets seen upstream it is.
    ///
    /// The IP identification tells copies of a segment apart where the sender counts it; else the
    /// latest copy that had left by then.
    private static func partners(
        of here: ArraySlice<Sighting>, among known: [Sighting]
    ) -> [Int?] {
        var partners = [Int?](repeating: nil, count: here.count)
        guard known.count * here.count <= 1 << 16 else {
            // Hundreds of equal packets, as keep-alives are: one by one.
            for index in 0..<min(known.count, here.count) { partners[index] = index }
            return partners
        }
        var free = Set(known.indices)
        for (index, sighting) in here.enumerated() where sighting.identification != 0 {
            let same = known.indices.first {
                free.contains($0) && known[$0].identification == sighting.identification
            }
            guard let same else { continue }
            partners[index] = same
            free.remove(same)
        }
        let left = partners.indices.filter { partners[$0] == nil }
        if left.count == free.count {
            for (index, partner) in zip(left, free.sorted()) { partners[index] = partner }
            return partners
        }
        var before = known.count
        for index in left.reversed() {
            let sighting = here[here.startIndex + index]
            let candidate = known.indices.prefix(before).last {
                free.contains($0) && known[$0].time <= sighting.time + slack
            }
            guard let candidate else { continue }
            partners[index] = candidate
            free.remove(candidate)
            before = candidate
        }
        return partners
    }

    /// Clocks are known to less than this, in nanoseconds.
    private static let slack: Int64 = 1_000_000
}

/// The points of a connection that count the same bytes alike.
struct SharedNumbers {
    let points: [Int]
    private let connection: Connection
    /// By point: sequence numbers of the first byte of the client and of the server.
    private let bases: [Int: (client: UInt32, server: UInt32)]

    /// The groups of points between which no proxy ended TCP.
    static func groups(of connection: Connection, _ logs: [PointLog]) -> [SharedNumbers] {
        var groups: [[Int]] = []
        for point in connection.points {
            if let last = groups.last?.last, connection.sharesNumbers(last, point) {
                groups[groups.count - 1].append(point)
            } else {
                groups.append([point])
            }
        }
        return groups.map { SharedNumbers($0, connection, logs) }
    }

    private init(_ points: [Int], _ connection: Connection, _ logs: [PointLog]) {
        self.points = points
        self.connection = connection
        let flows = points.map { logs[$0].flows[connection.flows[$0]] }
        // Each point's own numbers from where they were counted anew.
        var bases: [Int: (client: UInt32, server: UInt32)] = [:]
        var start = 0
        for index in points.indices {
            if index > 0, connection.identities[points[index]] == .renumbered { start = index }
            let end =
                points[index...].dropFirst().firstIndex {
                    connection.identities[$0] == .renumbered
                } ?? points.endIndex
            let alike = flows[start..<end]
            bases[points[index]] = (
                Self.base(alike, ofClient: true), Self.base(alike, ofClient: false)
            )
        }
        self.bases = bases
    }

    /// That of a SYN, where one was seen; else the earliest byte that any point saw.
    private static func base(_ flows: ArraySlice<PointFlow>, ofClient: Bool) -> UInt32 {
        let sides = flows.map { $0.side(ofClient: ofClient) }
        if let base = sides.first(where: \.hasSYN)?.base { return base }
        let all = sides.compactMap(\.base)
        return all.dropFirst().reduce(all.first ?? 0) {
            Int32(bitPattern: $1 &- $0) < 0 ? $1 : $0
        }
    }

    func flow(at point: Int) -> Int { connection.flows[point] }

    func reading(at point: Int, fromClient: Bool) -> NumberReading {
        let base = bases[point] ?? (0, 0)
        return fromClient
            ? NumberReading(own: base.client, peer: base.server)
            : NumberReading(own: base.server, peer: base.client)
    }
}

/// Turns 32-bit numbers into places in the stream, over wraps.
struct NumberReading {
    private let ownBase: UInt32
    private let peerBase: UInt32
    private var highest: Int64 = 0
    private var highestACK: Int64 = 0

    init(own: UInt32, peer: UInt32) {
        ownBase = own
        peerBase = peer
    }

    mutating func sequence(_ segment: LoggedSegment) -> Int64 {
        // The SYN takes the number before the first byte.
        let first = segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence
        return Self.unwrap(first &- ownBase, &highest)
    }

    mutating func acknowledgement(_ segment: LoggedSegment) -> Int64 {
        Self.unwrap(segment.acknowledgement &- peerBase, &highestACK)
    }

    private static func unwrap(_ number: UInt32, _ highest: inout Int64) -> Int64 {
        let near = UInt32(truncatingIfNeeded: highest)
        let value = highest + Int64(Int32(bitPattern: number &- near))
        highest = max(highest, value)
        return value
    }
}
