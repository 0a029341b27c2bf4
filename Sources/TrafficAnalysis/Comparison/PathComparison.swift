public import Casebook
public import Dissection

/// Several captures of the same traffic, taken at points along its way: which packet was seen
/// where, where it was lost, and what changed.
///
/// Points are given in order, the client's side first. Two of them may stand beside each other (two
/// balancers): what passes one of them need not pass the other.
public struct PathComparison: Sendable {
    public struct Point: Sendable {
        public let file: String
        /// The last part of the path, where that is enough to tell the points apart.
        public let name: String
        public let packets: Int
        public let flows: Int
        /// Flows that were recognised at another point.
        public internal(set) var matched = 0
        public let first: Int64?
        public let last: Int64?
        /// `nil` where no packet was seen at another point too.
        public internal(set) var clock: PointClock?
        /// Packets that were seen before and after this point and not at it.
        public internal(set) var passedUnseen = 0
    }

    public internal(set) var points: [Point]
    /// From a point to the next that saw the packets, in order.
    public internal(set) var hops: [PathHop] = []
    /// Conversations, those included that only one point saw.
    public internal(set) var connections = 0
    /// Seen at two points at least.
    public internal(set) var matched = 0
    /// With something lost for good, written by a box between, or split over two points; the first
    /// ones of the captures.
    public internal(set) var troubled: [ConnectionPath] = []
    public internal(set) var troubledCount = 0
    public internal(set) var findings: [Evidence] = []
    public internal(set) var warnings: [Warning] = []

    /// - Parameter logs: two to eight.
    public init(_ logs: [PointLog]) {
        var logs = logs
        for index in logs.indices { logs[index].sort() }
        let names = Self.names(logs.map(\.file))
        points = zip(logs, names).map { log, name in
            Point(
                file: log.file, name: name, packets: log.packets, flows: log.flows.count,
                first: log.first, last: log.last)
        }
        var matching = ConnectionMatching(logs)
        let clocks = PointClocks(logs, matching.connections)
        matching.joinByTimeAndSize(reference: clocks.reference)
        var tally = PathTally(logs, clocks, matching.connections, names: names)
        for connection in matching.connections { tally.add(connection) }
        connections = matching.connections.count
        matched = matching.connections.count { $0.points.count > 1 }
        for index in points.indices {
            points[index].clock = clocks.clocks[index]
            points[index].passedUnseen = tally.passedUnseen[index]
            points[index].matched = matching.connections.count {
                $0.flows[index] >= 0 && $0.points.count > 1
            }
        }
        hops = tally.hops()
        troubled = tally.troubled.values
        troubledCount = tally.troubled.count
        findings = tally.findings()
        warnings = tally.warnings(points)
    }

    private static func names(_ files: [String]) -> [String] {
        let short = files.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        return Set(short).count == files.count ? short : files
    }
}

/// What happened between two points.
public struct PathHop: Sendable {
    /// Into `PathComparison.points`.
    public let from: Int
    public let to: Int
    public internal(set) var connections = 0
    public internal(set) var identities: [FlowIdentity: Int] = [:]
    /// What the client sent, onward; what the server sent, backward.
    public internal(set) var sides = PerSide(client: Direction(), server: Direction())
    /// What was done to options of SYN and SYN-ACK, and how often.
    public internal(set) var optionChanges: [String: Int] = [:]

    public struct Direction: Sendable {
        /// Packets that were seen at both ends.
        public internal(set) var crossed = 0
        /// Packets with payload, SYN, FIN or RST that left and did not arrive, or not whole.
        public internal(set) var lost = 0
        /// Of those, the ones whose bytes never arrived in another packet either.
        public internal(set) var lostForGood = 0
        /// Pure acknowledgements that did not arrive; a later one does their work.
        public internal(set) var lostACKs = 0
        /// Packets with payload, SYN, FIN or RST that arrived and never left: somebody between
        /// wrote them, or the capture before missed them.
        public internal(set) var appeared = 0
        /// Pure acknowledgements of that kind.
        public internal(set) var appearedACKs = 0
        /// Packets cut or joined on the way (offload, or a box that segments anew).
        public internal(set) var resegmented = 0
        /// Nanoseconds; with clocks that are known to half of the shortest round trip.
        public internal(set) var delay: (least: Int64, median: Int64, most: Int64)?
        /// By how much the TTL was smaller at the far end; the usual one.
        public internal(set) var ttlStep: Int?
    }
}

/// One connection over all points, for showing.
public struct ConnectionPath: Sendable {
    /// As the first point that saw it says.
    public let client: FlowRecord.Endpoint
    public let server: FlowRecord.Endpoint
    /// By point; `nil` where it was not seen. Numbers are those of `inquest capture --flows`.
    public let flows: [Int?]
    public let identities: [FlowIdentity?]
    /// By the first point's clock, nanoseconds since 1970.
    public let first: Int64
    /// In order of time, at most `rowLimit`.
    public let rows: [Row]
    public let rowsLeftOut: Int
    public let troubles: Set<Trouble>
    /// Points beside each other that each got a part of one direction.
    public let splitOver: [Int]

    public static let rowLimit = 40

    public enum Trouble: String, Sendable, CaseIterable {
        case lost, acknowledgedButLost = "acknowledged-but-lost"
        case resetNotSent = "reset-not-sent"
        case split
    }

    /// One packet, and where it was seen.
    public struct Row: Sendable {
        public let fromClient: Bool
        /// Of the first byte, relative to the side's first.
        public let sequence: Int64
        public let length: Int
        public let flags: TCPFlags
        /// By the first point's clock.
        public let time: Int64
        public let isClientHello: Bool
        /// The same bytes, or SYN, FIN or RST, as an earlier packet of the list.
        public internal(set) var isRepeated: Bool
        /// By point: the packet's number; `nil` where it was not seen.
        public let packets: [Int?]
        /// By point.
        public let ttl: [UInt8?]
        /// The last point that saw it, when a later one should have; in travel order.
        public let lostAfter: Int?
    }
}
