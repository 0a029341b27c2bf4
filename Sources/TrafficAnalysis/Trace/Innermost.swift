internal import Dissection

/// Finds what a packet is about below tunnels and fragments, for those who pick packets.
struct Innermost {
    private(set) var segment = TCPSegment()
    private var opener = PacketOpener()

    enum Kind {
        case tcp(FlowKey, fromUpper: Bool)
        case datagrams(Conversation)
        /// An ICMP error about a connection.
        case error(Conversation, FlowKey)
        /// A part of a datagram that is not whole yet.
        case fragment
        case other
    }

    mutating func look(at bytes: RawSpan, link: LinkType, wireLength: Int) -> Kind {
        let verdict = dissect(bytes, link: link, wireLength: wireLength, into: &segment)
        if verdict == .tcp { return Self.tcp(segment) }
        let opened = opener.open(bytes, verdict, into: &segment)
        switch opened.place {
        case .inside(let start):
            return kind(opened.verdict, bytes.extracting(start..<bytes.byteCount), link)
        case .whole(let datagram): return kind(opened.verdict, datagram.span.bytes, link)
        }
    }

    private static func tcp(_ segment: TCPSegment) -> Kind {
        let (key, fromUpper) = FlowKey.of(segment)
        return .tcp(key, fromUpper: fromUpper)
    }

    private func kind(_ verdict: PacketVerdict, _ bytes: RawSpan, _ link: LinkType) -> Kind {
        switch verdict {
        case .tcp: return Self.tcp(segment)
        case .fragment: return .fragment
        case .notIP:
            guard let start = DatagramExamination.arp(bytes, link), bytes.byteCount >= start + 28
            else { return .other }
            return .datagrams(.resolution(of: bytes.uint32(at: start + 24)))
        case .notTCP:
            let start = segment.payloadOffset
            let inside = bytes.extracting(start..<start + segment.capturedPayload)
            let conversation = Conversation(segment, inside)
            if segment.transport == 1 || segment.transport == 58,
                let key = QuotedPacket(inside)?.flow
            {
                return .error(conversation, key)
            }
            return .datagrams(conversation)
        case .truncated, .malformed, .unsupportedLink: return .other
        }
    }
}

/// Packets that are no TCP and belong together.
enum Conversation: Hashable, Sendable {
    case between(IPAddress, IPAddress, transport: UInt8, ports: UInt32)
    /// To many: whoever sends (VRRP has several senders, and that can be the trouble).
    case toGroup(IPAddress, transport: UInt8)
    /// ARP about an IPv4 address (RFC 826).
    case resolution(of: UInt32)

    /// - Parameter bytes: from the header behind IP on.
    init(_ segment: TCPSegment, _ bytes: RawSpan) {
        if segment.destination.isMulticast {
            self = .toGroup(segment.destination, transport: segment.transport)
            return
        }
        var ends = TCPSegment()
        (ends.source, ends.destination) = (segment.source, segment.destination)
        if segment.transport == 17, let header = UDPHeader(bytes) {
            (ends.sourcePort, ends.destinationPort) = (header.sourcePort, header.destinationPort)
        }
        let key = FlowKey.of(ends).key
        self = .between(key.lower, key.upper, transport: segment.transport, ports: key.ports)
    }
}

extension IPAddress {
    /// RFC 5771 §3, RFC 4291 §2.7.
    fileprivate var isMulticast: Bool { isIPv4 ? low >> 28 & 15 == 14 : high >> 56 == 255 }
}
