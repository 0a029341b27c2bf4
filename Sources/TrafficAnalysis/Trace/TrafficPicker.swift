public import Dissection

/// How much of a capture is taken besides what is cited.
public enum PickBreadth: Int, CaseIterable, Comparable, Sendable {
    case cited
    /// Everything from and to the hosts of cited flows: findings compare flows with others.
    case hosts
    case all

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Picks the packets of cited flows and conversations out of a capture, each in its order.
public struct TrafficPicker: ~Copyable {
    /// What a picked packet belongs to.
    public enum Pick: Equatable, Sendable {
        /// Zero-based, Wireshark's `tcp.stream`.
        case flow(Int)
        case datagram
        /// A part of a datagram between hosts of cited flows.
        case fragment
        /// Taken besides what is cited.
        case beside
    }

    private struct Hosts: Hashable {
        var lower: IPAddress
        var upper: IPAddress
    }

    /// The flows of one pair of endpoints, and the one that goes on now.
    private struct Line {
        /// By their first packets; the rest is still to come.
        var coming: [FlowPlace]
        var now: (flow: Flow, number: Int)?
    }

    private let conversations: Set<Conversation>
    private let breadth: PickBreadth
    private var lines: [FlowKey: Line] = [:]
    private var pairs: Set<Hosts> = []
    private var hosts: Set<IPAddress> = []
    private var innermost = Innermost()
    private var tables = SideTables()

    public init(_ traffic: CitedTraffic, _ breadth: PickBreadth = .cited) {
        conversations = traffic.conversations
        self.breadth = breadth
        for place in traffic.flows.reversed() {
            var ends = TCPSegment()
            (ends.source, ends.sourcePort) = (place.one.address, place.one.port)
            (ends.destination, ends.destinationPort) = (place.other.address, place.other.port)
            let key = FlowKey.of(ends).key
            lines[key, default: Line(coming: [])].coming.append(place)
            pairs.insert(Hosts(lower: key.lower, upper: key.upper))
            hosts.formUnion([key.lower, key.upper])
        }
        for case .between(let one, let other, _, _) in conversations {
            hosts.formUnion([one, other])
        }
    }

    /// - Returns: `nil` for a packet that is not taken.
    public mutating func pick(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) -> Pick? {
        let pick = cited(
            packet, number: number, time: time, wireLength: wireLength, link: link)
        if pick != nil || breadth == .cited { return pick }
        let isOfHost =
            hosts.contains(innermost.segment.source)
            || hosts.contains(innermost.segment.destination)
        return breadth == .all || isOfHost ? .beside : nil
    }

    private mutating func cited(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) -> Pick? {
        switch innermost.look(at: packet, link: link, wireLength: wireLength) {
        case .tcp(let key, let fromUpper):
            return flow(key, fromUpper, packet, number: number, time: time, link: link)
                .map(Pick.flow)
        case .datagrams(let conversation):
            return conversations.contains(conversation) ? .datagram : nil
        case .error(let conversation, let key):
            return conversations.contains(conversation) || lines[key]?.now != nil
                ? .datagram : nil
        case .fragment:
            let (source, destination) = (innermost.segment.source, innermost.segment.destination)
            return pairs.contains(Hosts(lower: source, upper: destination))
                || pairs.contains(Hosts(lower: destination, upper: source)) ? .fragment : nil
        case .other: return nil
        }
    }

    /// A flow begins with the packet by which it is known, and ends where the next of its endpoints
    /// begins, cited or not.
    private mutating func flow(
        _ key: FlowKey, _ fromUpper: Bool, _ packet: RawSpan, number: Int, time: Int64,
        link: LinkType
    ) -> Int? {
        guard var line = lines[key] else { return nil }
        let segment = innermost.segment
        let direction = fromUpper ? 1 : 0
        if let next = line.coming.last, next.firstPacket == number {
            line.coming.removeLast()
            let flow = Flow(
                key: key, number: next.flow, segment: segment, fromUpper: fromUpper, link: link,
                time: time, packet: number)
            line.now = (flow, next.flow)
        } else if segment.flags.contains(.syn),
            line.now?.flow.isFollowed(by: segment, direction: direction) == true
        {
            line.now = nil
        }
        // Only where the numbers begin matters here, so no payload is read.
        line.now?.flow.observe(
            segment.withoutPayload, packet, direction: direction,
            at: PacketPlace(
                number: UInt32(truncatingIfNeeded: number), time: CaptureAnalysis.bounded(time)),
            tables: &tables)
        lines[key] = line
        return line.now?.number
    }
}

extension TCPSegment {
    fileprivate var withoutPayload: TCPSegment {
        var copy = self
        copy.payloadLength = 0
        copy.capturedPayload = 0
        return copy
    }
}
