internal import Casebook
internal import Dissection

/// What is added up between two points.
struct HopTally {
    var connections = 0
    var identities: [FlowIdentity: Int] = [:]
    var client = Side()
    var server = Side()
    private var changes: [String: Int] = [:]

    subscript(fromClient: Bool) -> Side {
        get { fromClient ? client : server }
        _modify { if fromClient { yield &client } else { yield &server } }
    }

    /// Distinct changes are few; hostile handshakes could make more.
    mutating func note(_ change: String) {
        if changes.count < 50 || changes[change] != nil { changes[change, default: 0] += 1 }
    }

    func hop(_ key: PathTally.HopKey) -> PathHop {
        var hop = PathHop(from: key.from, to: key.to)
        hop.connections = connections
        hop.identities = identities
        hop.sides = PerSide(client: client.direction, server: server.direction)
        hop.optionChanges = changes
        return hop
    }

    struct Side {
        var lost = 0
        var lostForGood = 0
        var lostACKs = 0
        var appeared = 0
        var appearedACKs = 0
        var resegmented = 0
        private var crossed = 0
        private var delays: [Int64] = []
        private var extremes: (least: Int64, most: Int64)?
        private var ttlSteps: [Int: Int] = [:]
        /// For the median; more packets change it little.
        private static let delayLimit = 100_000

        mutating func cross(delay: Int64?, ttlStep: Int) {
            crossed += 1
            ttlSteps[ttlStep, default: 0] += 1
            guard let delay else { return }
            if delays.count < Self.delayLimit { delays.append(delay) }
            extremes = (min(extremes?.least ?? delay, delay), max(extremes?.most ?? delay, delay))
        }

        var direction: PathHop.Direction {
            var direction = PathHop.Direction()
            direction.crossed = crossed
            direction.lost = lost
            direction.lostForGood = lostForGood
            direction.lostACKs = lostACKs
            direction.appeared = appeared
            direction.appearedACKs = appearedACKs
            direction.resegmented = resegmented
            if let extremes {
                direction.delay = (extremes.least, median(delays), extremes.most)
            }
            direction.ttlStep =
                ttlSteps.max {
                    ($0.value, $1.key) < ($1.value, $0.key)
                }?.key
            return direction
        }
    }
}

/// A place in the capture of one point.
struct PathPlace {
    var point: Int
    var place: Place
}

/// What is remembered of one connection while it is judged.
struct PathNotes {
    var troubles: Set<ConnectionPath.Trouble> = []
    var splitOver: Set<Int> = []
    var crossings: [Crossing] = []
    /// Into `crossings`: those whose bytes never arrived.
    var lost: Set<Int> = []
    /// Of a connection that only one point saw: where it should have come next.
    var lostBefore: Int?
}

/// The first connections in time, of many.
struct FirstPaths {
    private(set) var count = 0
    private var kept: [(start: Int64, path: ConnectionPath)] = []
    private static let limit = 20

    var values: [ConnectionPath] { kept.map(\.path) }

    /// Counts one more.
    ///
    /// - Returns: whether it is to be kept.
    mutating func count(_ start: Int64) -> Bool {
        count += 1
        return kept.count < Self.limit || start < kept[Self.limit - 1].start
    }

    mutating func keep(_ path: ConnectionPath, _ start: Int64) {
        if kept.count == Self.limit { kept.removeLast() }
        let index = kept.lastIndex { $0.start <= start }.map { $0 + 1 } ?? 0
        kept.insert((start, path), at: index)
    }
}
