import Dissection
import Testing

/// Opens a packet as the analysis does; the payload tells whether it is the right one.
func opened(
    _ packet: [UInt8], link: LinkType = .ethernet, _ opener: inout PacketOpener
) -> (verdict: PacketVerdict, segment: TCPSegment, payload: [UInt8]) {
    var segment = TCPSegment()
    let verdict = dissect(
        packet.span.bytes, link: link, wireLength: packet.count, into: &segment)
    let opened = opener.open(packet.span.bytes, verdict, into: &segment)
    guard opened.verdict == .tcp else { return (opened.verdict, segment, []) }
    let bytes: [UInt8]
    switch opened.place {
    case .inside(let start): bytes = Array(packet[start...])
    case .whole(let datagram): bytes = datagram
    }
    let payload = bytes[segment.payloadOffset...].prefix(segment.capturedPayload)
    return (.tcp, segment, Array(payload))
}

struct PacketOpenerTests {
    private static func udp(_ port: Int, _ content: [UInt8]) -> [UInt8] {
        Packet.ipv4(
            join(bytes16(5555), bytes16(port), bytes16(8 + content.count), bytes16(0), content),
            protocol: 17)
    }

    private static let frame = Packet.ethernet(Packet.ipv4())
    private static func gre(
        _ protocol: Int, _ content: [UInt8], flags: Int = 0, extra: Int = 0
    ) -> [UInt8] {
        Packet.ipv4(join(bytes16(flags), bytes16(`protocol`), zeros(extra), content), protocol: 47)
    }

    /// A data frame to the distribution system, LLC and SNAP, IPv4.
    private static let wireless = join(
        [0x08, 0x01], zeros(2), [UInt8](repeating: 2, count: 18), zeros(2),
        [0xAA, 0xAA, 3, 0, 0, 0, 8, 0], Packet.ipv4())

    /// Every tunnel that must open, around the same segment.
    static let tunnels: [(name: String, packet: [UInt8])] = [
        ("IP-in-IP", Packet.ipv4(Packet.ipv4(), protocol: 4)),
        ("6in4", Packet.ipv4(Packet.ipv6(), protocol: 41)),
        ("4in6", Packet.ipv6(Packet.ipv4(), next: 4)),
        ("GRE", gre(0x0800, Packet.ipv4())),
        ("GRE with key, checksum, sequence", gre(0x86DD, Packet.ipv6(), flags: 0xB000, extra: 12)),
        ("GRE of frames", gre(0x6558, frame)),
        ("ERSPAN I", gre(0x88BE, frame)),
        ("ERSPAN II", gre(0x88BE, join(zeros(8), frame), flags: 0x1000, extra: 4)),
        ("ERSPAN III", gre(0x22EB, join(zeros(12), frame), flags: 0x1000, extra: 4)),
        (
            "ERSPAN III with subheader",
            gre(0x22EB, join(zeros(11), [1], zeros(8), frame), flags: 0x1000, extra: 4)
        ),
        ("VXLAN", udp(4789, join([8], zeros(7), frame))),
        ("VXLAN of Linux", udp(8472, join([8], zeros(7), frame))),
        ("VXLAN-GPE", udp(4790, join([12, 0, 0, 3], zeros(4), frame))),
        ("VXLAN-GPE of IP", udp(4790, join([12, 0, 0, 1], zeros(4), Packet.ipv4()))),
        ("GENEVE", udp(6081, join([0, 0], bytes16(0x6558), zeros(4), frame))),
        (
            "GENEVE with options",
            udp(6081, join([2, 0], bytes16(0x0800), zeros(12), Packet.ipv4()))
        ),
        ("PPTP", gre(0x880B, join(zeros(8), [0xFF, 3, 0, 0x21], Packet.ipv4()), flags: 0x3001)),
        (
            "PPTP with acknowledgement",
            gre(0x880B, join(zeros(12), [0x21], Packet.ipv4()), flags: 0x3081)
        ),
        ("GRE of Aruba", gre(0x8200, wireless)),
        ("GTP-U", udp(2152, join([0x30, 255], zeros(6), Packet.ipv4()))),
        ("GTP-U with sequence", udp(2152, join([0x32, 255], zeros(10), Packet.ipv6()))),
        (
            "GTP-U with two extension headers",
            udp(
                2152,
                join(
                    [0x34, 255], zeros(9), [0x85, 1, 0, 9, 0x40, 2], zeros(6), [0], Packet.ipv4()))
        ),
        ("Teredo to a server", udp(3544, Packet.ipv6())),
        (
            "Teredo with authentication and origin",
            udp(
                3544,
                join(
                    [0, 1, 2, 3], zeros(5), zeros(9), [0, 0], zeros(6), Packet.ipv6()))
        ),
        (
            "Teredo from a relay",
            Packet.ipv4(
                join(bytes16(3544), bytes16(5555), zeros(4), [0, 0], zeros(6), Packet.ipv6()),
                protocol: 17)
        ),
        ("L2TP", udp(1701, join([0, 2], zeros(4), [0xFF, 3, 0, 0x21], Packet.ipv4()))),
        (
            "L2TP with all fields",
            udp(1701, join([0x4A, 2], zeros(10), [0, 3], zeros(3), [0x57], Packet.ipv6()))
        ),
        ("EtherIP", Packet.ipv4(join([0x30, 0], frame), protocol: 97)),
        ("SRv6 of frames", Packet.ipv6(frame, next: 143)),
        ("WCCP", gre(0x883E, Packet.ipv4())),
        ("WCCP 2", gre(0x883E, join([0, 1, 2, 3], Packet.ipv4()))),
        (
            "authentication header around IP",
            Packet.ipv4(join([4, 4], zeros(22), Packet.ipv4()), protocol: 51)
        ),
        (
            "VXLAN in GRE in IP",
            Packet.ipv4(gre(0x0800, udp(4789, join([8], zeros(7), frame))), protocol: 4)
        ),
    ]

    @Test(arguments: tunnels.indices) func `a tunnel is opened`(index: Int) {
        let (name, packet) = Self.tunnels[index]
        var opener = PacketOpener()
        let result = opened(
            Packet.ethernet(packet, type: packet[0] >> 4 == 6 ? 0x86DD : 0x0800), &opener)
        #expect(result.verdict == .tcp, "\(name)")
        #expect(result.payload == Packet.payload, "\(name)")
        #expect(result.segment.sourcePort == 50000)
        #expect(result.segment.sourceMAC != 0, "\(name)")
    }

    @Test func `what is no user's packet, or encrypted, stays closed`() {
        let closed = [
            // An echo request, GTP prime, version 2, an extension without end, one of no length.
            Self.udp(2152, join([0x32, 1], zeros(10), Packet.ipv4())),
            Self.udp(2152, join([0x20, 255], zeros(6), Packet.ipv4())),
            Self.udp(2152, join([0x50, 255], zeros(6), Packet.ipv4())),
            Self.udp(2152, join([0x34, 255], zeros(9), [0x85, 200], Packet.ipv4())),
            Self.udp(2152, join([0x34, 255], zeros(9), [0x85, 0], Packet.ipv4())),
            // From the port, not to it: nobody's G-PDU.
            Packet.ipv4(
                join(bytes16(2152), bytes16(5555), zeros(4), [0x30, 255], zeros(6), Packet.ipv4()),
                protocol: 17),
            // A Teredo bubble and an authentication without end; L2TP's control message and version 3;
            // EtherIP of another version.
            Self.udp(3544, Packet.ipv6([], next: 59)),
            Self.udp(3544, join([0, 1, 255, 255], Packet.ipv6())),
            Self.udp(1701, join([0x80, 2], zeros(4), [0xFF, 3, 0, 0x21], Packet.ipv4())),
            Self.udp(1701, join([0, 3], zeros(4), [0xFF, 3, 0, 0x21], Packet.ipv4())),
            Self.udp(1701, join([2, 2], zeros(4), [0xFF, 0xFF], Packet.ipv4())),
            Packet.ipv4(join([0x40, 0], Self.frame), protocol: 97),
            // Compressed datagrams (RFC 2118) and GRE 1 without a sequence number.
            Self.gre(0x880B, join(zeros(8), [0, 0xFD], Packet.ipv4()), flags: 0x3001),
            Self.gre(0x880B, join(zeros(4), [0x21], Packet.ipv4()), flags: 0x2001),
        ]
        for packet in closed {
            var opener = PacketOpener()
            #expect(opened(Packet.ethernet(packet), &opener).verdict != .tcp)
        }
    }

    @Test(arguments: tunnels.indices) func `a tunnel cut anywhere is no trap`(index: Int) {
        let packet = Packet.ethernet(Self.tunnels[index].packet)
        var opener = PacketOpener()
        for length in 0..<packet.count {
            let result = opened(Array(packet.prefix(length)), &opener)
            if result.verdict == .tcp {
                #expect(Packet.payload.starts(with: result.payload))
            }
        }
    }

    @Test func `other datagrams stay closed`() {
        var opener = PacketOpener()
        for packet in [
            Self.udp(53, zeros(40)), Self.udp(4789, join(zeros(8), Self.frame)),
            Self.gre(0x880B, zeros(40)), Packet.ipv4(zeros(30), protocol: 1),
        ] {
            #expect(opened(Packet.ethernet(packet), &opener).verdict == .notTCP)
        }
    }

    @Test func `a fragmented tunnel is opened`() {
        var opener = PacketOpener()
        let tunnel = Self.udp(4789, join([8], zeros(7), Self.frame))
        let content = Array(tunnel[20...])
        let split = 48
        let first = Packet.ethernet(
            Packet.ipv4(Array(content.prefix(split)), protocol: 17, fragment: 0x2000))
        let second = Packet.ethernet(
            Packet.ipv4(Array(content[split...]), protocol: 17, fragment: split / 8))
        #expect(opened(first, &opener).verdict == .fragment)
        let result = opened(second, &opener)
        #expect(result.verdict == .tcp)
        #expect(result.payload == Packet.payload)
    }
}

struct WirelessTests {
    private static let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0]

    /// To the access point, with QoS control where the subtype has it.
    private static func data(control: UInt8 = 0x08, flags: UInt8 = 1, after: [UInt8] = [])
        -> [UInt8]
    {
        join(
            [control, flags, 0, 0], [2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 3],
            [0, 0], after, snap, Packet.ipv4())
    }

    static let frames: [(name: String, link: UInt32, packet: [UInt8])] = [
        ("802.11", 105, data()),
        ("QoS", 105, data(control: 0x88, after: [0, 0])),
        ("four addresses", 105, data(flags: 3, after: zeros(6))),
        ("radiotap", 127, join([0, 0, 13, 0], zeros(9), data())),
        ("Prism", 119, join(zeros(144), data())),
        ("PPI", 192, join([0, 0, 12, 0, 105, 0, 0, 0], zeros(4), data())),
        (
            "NFLOG", 239,
            join([2, 0, 0, 0], [8, 0, 1, 0, 0, 0, 0, 0], [4, 0, 9, 0], Packet.ipv4())
        ),
    ]

    @Test(arguments: frames.indices) func `frames lead to their segment`(index: Int) {
        let (name, link, packet) = Self.frames[index]
        let (verdict, segment) = dissected(packet, link: LinkType(rawValue: link))
        #expect(verdict == .tcp, "\(name)")
        #expect(segment.payloadLength == Packet.payload.count, "\(name)")
        for length in packet.indices {
            _ = dissected(Array(packet.prefix(length)), link: LinkType(rawValue: link))
        }
    }

    @Test func `who sends and who gets it follows the DS bits`() {
        let up = dissected(Self.data(), link: LinkType(rawValue: 105)).segment
        #expect((up.sourceMAC, up.destinationMAC) == (0x0200_0000_0002, 0x0200_0000_0003))
        let down = dissected(Self.data(flags: 2), link: LinkType(rawValue: 105)).segment
        #expect((down.sourceMAC, down.destinationMAC) == (0x0200_0000_0003, 0x0200_0000_0001))
    }

    @Test func `what is encrypted, aggregated or no data is no IP`() {
        let wireless = LinkType(rawValue: 105)
        #expect(dissected(Self.data(flags: 0x41), link: wireless).verdict == .notIP)
        #expect(dissected(Self.data(control: 0x48), link: wireless).verdict == .notIP)
        #expect(dissected(Self.data(control: 0x80), link: wireless).verdict == .notIP)
        let aggregated = Self.data(control: 0x88, after: [0x80, 0])
        #expect(dissected(aggregated, link: wireless).verdict == .notIP)
    }

    @Test func `an acknowledgement is a frame and not cut short`() {
        let (verdict, segment) = dissected(
            join([0xD4, 0], zeros(2), [2, 0, 0, 0, 0, 1]), link: LinkType(rawValue: 105))
        #expect(verdict == .notIP)
        #expect(segment.linkProtocol.description == "802.11 control")
    }
}
