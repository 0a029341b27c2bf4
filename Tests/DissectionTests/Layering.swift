import Dissection
import Testing

/// A packet of one layering that must dissect to the same segment as all others.
struct Layering: Sendable, CustomTestStringConvertible {
    var name: String
    var link: LinkType
    var packet: [UInt8]
    var vlans: [UInt16] = [0, 0]
    var hasMAC = false

    var testDescription: String { name }

    static let all: [Layering] = ethernet + tagged + others + frames + extensionHeaders

    private static let ethernet: [Layering] = [
        .init(
            name: "Ethernet, IPv4", link: .ethernet, packet: Packet.ethernet(Packet.ipv4()),
            hasMAC: true),
        .init(
            name: "Ethernet, IPv6", link: .ethernet,
            packet: Packet.ethernet(Packet.ipv6(), type: 0x86DD), hasMAC: true),
        .init(
            name: "Ethernet, padding", link: .ethernet,
            packet: join(Packet.ethernet(Packet.ipv4()), [0, 0, 0, 0, 0, 0]), hasMAC: true),
        .init(
            name: "802.3 with SNAP", link: .ethernet,
            packet: Packet.ethernet(
                join([0xAA, 0xAA, 3, 0, 0, 0, 8, 0], Packet.ipv4()), type: 0x60),
            hasMAC: true),
        .init(
            name: "IPv4 with options", link: .ethernet,
            packet: Packet.ethernet(Packet.ipv4(options: [1, 1, 1, 0])), hasMAC: true),
        .init(
            name: "PPP with a protocol of one byte", link: LinkType(rawValue: 9),
            packet: join([0x21], Packet.ipv4()), hasMAC: false),
        .init(
            name: "PPPoE", link: .ethernet,
            packet: Packet.ethernet(
                join([0x11, 0, 0, 1, 0, 0x60, 0, 0x21], Packet.ipv4()), type: 0x8864),
            hasMAC: true),
        .init(
            name: "two MPLS labels", link: .ethernet,
            packet: Packet.ethernet(
                join([0, 1, 0, 64, 0, 2, 1, 64], Packet.ipv6()), type: 0x8847), hasMAC: true),
    ]

    private static let tagged: [Layering] = [
        .init(
            name: "VLAN", link: .ethernet,
            packet: Packet.ethernet(Packet.vlan(7, Packet.ipv4()), type: 0x8100),
            vlans: [7, 0], hasMAC: true),
        .init(
            name: "QinQ", link: .ethernet,
            packet: Packet.ethernet(
                Packet.vlan(100, Packet.vlan(7, Packet.ipv6(), type: 0x86DD), type: 0x8100),
                type: 0x88A8), vlans: [100, 7], hasMAC: true),
        .init(
            name: "QinQ of 0x9100", link: .ethernet,
            packet: Packet.ethernet(
                Packet.vlan(4094, Packet.vlan(1, Packet.ipv4()), type: 0x8100), type: 0x9100),
            vlans: [4094, 1], hasMAC: true),
        .init(
            name: "VLAN on cooked", link: .linuxCooked,
            packet: Packet.cooked(Packet.vlan(9, Packet.ipv4()), type: 0x8100), vlans: [9, 0],
            hasMAC: true),
    ]

    private static let others: [Layering] = [
        .init(
            name: "cooked", link: .linuxCooked, packet: Packet.cooked(Packet.ipv4()), hasMAC: true),
        .init(
            name: "cooked 2", link: .linuxCooked2,
            packet: Packet.cooked2(Packet.ipv6(), type: 0x86DD), hasMAC: true),
        .init(name: "raw IPv4", link: .raw, packet: Packet.ipv4()),
        .init(name: "raw IPv6", link: .raw, packet: Packet.ipv6()),
        .init(name: "DLT 12", link: LinkType(rawValue: 12), packet: Packet.ipv4()),
        .init(name: "link type IPv4", link: .ipv4, packet: Packet.ipv4()),
        .init(name: "link type IPv6", link: .ipv6, packet: Packet.ipv6()),
        .init(
            name: "loopback, little-endian", link: .null,
            packet: join([2, 0, 0, 0], Packet.ipv4())),
        .init(
            name: "loopback, big-endian", link: .null, packet: join([0, 0, 0, 2], Packet.ipv4())),
        .init(name: "loopback of macOS", link: .null, packet: join([30, 0, 0, 0], Packet.ipv6())),
        .init(
            name: "loopback of OpenBSD", link: .loop, packet: join([0, 0, 0, 24], Packet.ipv6())),
        .init(
            name: "PPP", link: LinkType(rawValue: 9),
            packet: join([0xFF, 3, 0, 0x21], Packet.ipv4())),
        .init(
            name: "Cisco HDLC", link: LinkType(rawValue: 104),
            packet: join([0x0F, 0, 0x86, 0xDD], Packet.ipv6())),
    ]

    /// Source and destination as in `Packet.ethernet`.
    private static let addresses = Array(Packet.ethernet([]).prefix(12))
    private static let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0]

    private static let frames: [Layering] = [
        .init(
            name: "FDDI with SNAP", link: LinkType(rawValue: 10),
            packet: join([0x50], addresses, snap, Packet.ipv4()), hasMAC: true),
        .init(
            name: "ATM with SNAP", link: LinkType(rawValue: 100),
            packet: join(snap, Packet.ipv4())),
        .init(
            name: "ARCNET", link: LinkType(rawValue: 129),
            packet: join([1, 2, 0, 0, 212, 0, 0, 1], Packet.ipv4())),
        .init(
            name: "ARCNET of RFC 1051", link: LinkType(rawValue: 129),
            packet: join([1, 2, 0, 0, 240], Packet.ipv4())),
        .init(
            name: "InfiniBand", link: LinkType(rawValue: 242),
            packet: join(zeros(40), [0x86, 0xDD, 0, 0], Packet.ipv6())),
        .init(
            name: "Broadcom's tag", link: LinkType(rawValue: 281),
            packet: join(addresses, zeros(4), [8, 0], Packet.ipv4()), hasMAC: true),
        .init(
            name: "Broadcom's tag in front", link: LinkType(rawValue: 282),
            packet: join(zeros(4), Packet.ethernet(Packet.ipv4())), hasMAC: true),
        .init(
            name: "Marvell's tag, VLAN", link: LinkType(rawValue: 284),
            packet: join(addresses, zeros(4), [0x81, 0], Packet.vlan(5, Packet.ipv4())),
            vlans: [5, 0], hasMAC: true),
        .init(
            name: "Marvell's tag with a type", link: LinkType(rawValue: 285),
            packet: join(addresses, [0xDA, 0xDA], zeros(6), [8, 0], Packet.ipv4()), hasMAC: true),
        .init(
            name: "Juniper's Ethernet", link: LinkType(rawValue: 178),
            packet: join(
                [0x4D, 0x47, 0x43, 0x80, 0, 3, 1, 2, 3], Packet.ethernet(Packet.ipv4())),
            hasMAC: true),
        .init(
            name: "Juniper's without frame", link: LinkType(rawValue: 178),
            packet: join([0x4D, 0x47, 0x43, 0x02], zeros(4), Packet.ipv4())),
        .init(
            name: "VN-tag between VLAN tags", link: .ethernet,
            packet: Packet.ethernet(
                Packet.vlan(
                    9, join(zeros(4), [0x81, 0], Packet.vlan(8, Packet.ipv4())), type: 0x8926),
                type: 0x8100), vlans: [9, 8], hasMAC: true),
        .init(
            name: "802.1BR", link: .ethernet,
            packet: Packet.ethernet(join(zeros(6), [8, 0], Packet.ipv4()), type: 0x893F),
            hasMAC: true),
        .init(
            name: "Cisco MetaData", link: .ethernet,
            packet: Packet.ethernet(
                join([1, 1, 0, 1, 0, 7, 0x86, 0xDD], Packet.ipv6()), type: 0x8909), hasMAC: true),
        .init(
            name: "MPLS in PPP", link: LinkType(rawValue: 9),
            packet: join([0xFF, 3, 2, 0x81, 0, 1, 1, 64], Packet.ipv4())),
    ]

    private static let extensionHeaders: [Layering] = [
        .init(
            name: "authentication header of IPv4", link: .raw,
            packet: Packet.ipv4(join([6, 4], zeros(22), Packet.tcp()), protocol: 51)),
        .init(
            name: "hop-by-hop and destination options", link: .raw,
            packet: Packet.ipv6(
                join([60, 0, 1, 4, 0, 0, 0, 0], [6, 1, 1, 12], zeros(12), Packet.tcp()), next: 0)),
        .init(
            name: "routing header", link: .raw,
            packet: Packet.ipv6(join([6, 0, 4, 0, 0, 0, 0, 0], Packet.tcp()), next: 43)),
        .init(
            name: "atomic fragment", link: .raw,
            packet: Packet.ipv6(join([6, 0, 0, 0, 1, 2, 3, 4], Packet.tcp()), next: 44)),
        .init(
            name: "authentication header", link: .raw,
            packet: Packet.ipv6(
                join([6, 4], zeros(22), Packet.tcp()), next: 51)),
    ]
}
