internal import Dissection

/// What the packets of a capture are that hold no TCP, by protocol; below tunnels and fragments.
public struct OtherPackets: Sendable {
    public struct Row: Hashable, Sendable {
        /// `UDP`, `ARP`, `LLDP`: the field's name, else the number of the registry.
        public var name: String
        public var packets: Int
    }

    private var transports = [Int](repeating: 0, count: 256)
    private var links: [LinkProtocol: Int] = [:]
    /// Of protocols beyond the limit: random bytes must not fill memory.
    private var furtherLinks = 0
    private static let linkLimit = 256
    /// Parts of datagrams that did not come whole.
    private var fragments = 0
    private var truncated = 0
    private var malformed = 0
    private var unsupported: [LinkType: Int] = [:]
    private var unsupportedPackets = 0

    init() {}

    /// - Parameter link: of the whole packet, for one that is not known.
    mutating func add(_ verdict: PacketVerdict, _ segment: TCPSegment, _ link: LinkType) {
        switch verdict {
        case .tcp: break
        case .notTCP: transports[Int(segment.transport)] += 1
        case .fragment: fragments += 1
        case .notIP: count(segment.linkProtocol)
        case .truncated: truncated += 1
        case .malformed: malformed += 1
        case .unsupportedLink: countUnsupported(link)
        }
    }

    private mutating func count(_ found: LinkProtocol) {
        if links.count < Self.linkLimit || links[found] != nil {
            links[found, default: 0] += 1
        } else {
            furtherLinks += 1
        }
    }

    private mutating func countUnsupported(_ link: LinkType) {
        unsupportedPackets += 1
        if unsupported.count < Self.linkLimit || unsupported[link] != nil {
            unsupported[link, default: 0] += 1
        }
    }

    /// Packets in which no IP packet and no other protocol could be recognised.
    public var undecoded: Int { truncated + malformed + unsupportedPackets }

    /// Protocols, most packets first.
    public var rows: [Row] {
        var rows = Self.merged(
            transports.enumerated().map {
                (TCPSegment.transportName(UInt8($0.offset)), $0.element)
            } + links.map { ("\($0.key)", $0.value) })
        if fragments > 0 { rows.append(Row(name: "IP fragment", packets: fragments)) }
        if furtherLinks > 0 { rows.append(Row(name: "other", packets: furtherLinks)) }
        return Self.sorted(rows)
    }

    /// Why packets are undecoded, most first: `link type SLIP`, `cut short`.
    public var undecodedRows: [Row] {
        var rows = unsupported.map { Row(name: "link type \($0.key.name)", packets: $0.value) }
        let further = unsupportedPackets - unsupported.values.reduce(0, +)
        if further > 0 { rows.append(Row(name: "other link types", packets: further)) }
        if truncated > 0 { rows.append(Row(name: "cut short inside a header", packets: truncated)) }
        if malformed > 0 {
            rows.append(Row(name: "with a header that contradicts itself", packets: malformed))
        }
        return Self.sorted(rows)
    }

    /// Several numbers can have one name.
    private static func merged(_ counts: some Sequence<(String, Int)>) -> [Row] {
        var sums: [String: Int] = [:]
        for (name, packets) in counts where packets > 0 { sums[name, default: 0] += packets }
        return sums.map { Row(name: $0.key, packets: $0.value) }
    }

    private static func sorted(_ rows: [Row]) -> [Row] {
        rows.sorted { ($1.packets, $0.name) < ($0.packets, $1.name) }
    }
}
