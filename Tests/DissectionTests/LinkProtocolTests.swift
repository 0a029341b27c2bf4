import Dissection
import Testing

struct LinkProtocolTests {
    /// Frames without IP, and what their protocol is called.
    static let frames: [(name: String, link: UInt32, packet: [UInt8])] = [
        ("ARP", 1, Packet.ethernet(zeros(28), type: 0x0806)),
        ("LLDP", 1, Packet.ethernet(zeros(40), type: 0x88CC)),
        ("LACP", 1, Packet.ethernet(join([1], zeros(40)), type: 0x8809)),
        ("Ethernet OAM", 1, Packet.ethernet(join([3], zeros(40)), type: 0x8809)),
        ("slow protocol 9", 1, Packet.ethernet(join([9], zeros(40)), type: 0x8809)),
        ("PPPoE discovery", 1, Packet.ethernet([0x11, 9, 0, 0, 0, 2, 0, 0], type: 0x8863)),
        ("EtherType 0x0BAD", 1, Packet.ethernet(zeros(20), type: 0x0BAD)),
        ("LLDP", 1, Packet.ethernet(Packet.vlan(7, zeros(40), type: 0x88CC), type: 0x8100)),
        ("STP", 1, Packet.ethernet(join([0x42, 0x42, 3], zeros(35)), type: 38)),
        ("OSI", 1, Packet.ethernet([0xFE, 0xFE, 3, 0x83, 0, 0, 0, 0, 0], type: 9)),
        ("LLC SAP 0x12", 1, Packet.ethernet([0x12, 0x12, 3], type: 3)),
        ("CDP", 1, snap([0, 0, 0x0C, 0x20, 0])),
        ("PVST+", 1, snap([0, 0, 0x0C, 1, 0x0B])),
        ("SNAP 00000C:7777", 1, snap([0, 0, 0x0C, 0x77, 0x77])),
        ("AppleTalk", 1, snap([0, 0, 0, 0x80, 0x9B])),
        ("SNAP", 1, Packet.ethernet([0xAA, 0xAA, 3, 0], type: 4)),
        ("LCP", 9, [0xFF, 3, 0xC0, 0x21, 1, 1, 0, 4]),
        ("PPP 0x4221", 9, [0xFF, 3, 0x42, 0x21, 1, 1]),
        ("SLARP", 104, [0x0F, 0, 0x80, 0x35, 0, 0, 0, 2]),
        ("OSI", 104, [0x0F, 0, 0xFE, 0xFE, 3, 0x83]),
        ("LLDP", 104, [0x0F, 0, 0x88, 0xCC, 3, 0x83]),
        ("MPLS pseudowire", 1, Packet.ethernet([0, 0, 1, 64, 0, 0, 0, 0], type: 0x8847)),
        ("ARP", 129, [1, 2, 0, 0, 213, 0, 0, 1]),
        ("address family 7", 0, [7, 0, 0, 0, 1, 2]),
        ("IP version 9", 101, [0x90, 0, 0, 0]),
        ("802.11 management", 105, join([0x80, 0], zeros(30))),
        ("802.11 encrypted", 105, join([0x08, 0x41], zeros(30))),
        ("802.11 without data", 105, join([0x48, 1], zeros(30))),
        ("ARP", 242, join(zeros(40), [8, 6, 0, 0], zeros(28))),
    ]

    private static func snap(_ number: [UInt8]) -> [UInt8] {
        Packet.ethernet(join([0xAA, 0xAA, 3], number, zeros(8)), type: 16)
    }

    @Test(arguments: frames.indices) func `what is no IP has its name`(index: Int) {
        let (name, link, packet) = Self.frames[index]
        let (verdict, segment) = dissected(packet, link: LinkType(rawValue: link))
        #expect(verdict == .notIP)
        #expect(segment.linkProtocol.description == name)
        #expect(segment.payloadOffset + segment.capturedPayload == packet.count)
    }

    @Test(arguments: frames.indices) func `a frame cut anywhere is no trap`(index: Int) {
        let (_, link, packet) = Self.frames[index]
        for length in packet.indices {
            let cut = Array(packet[..<length])
            let (verdict, segment) = dissected(cut, link: LinkType(rawValue: link))
            #expect(verdict == .truncated || verdict == .notIP)
            #expect(verdict == .truncated || segment.payloadOffset <= length)
        }
    }

    @Test(arguments: [(1, "ICMP"), (89, "OSPF"), (112, "VRRP"), (200, "IP protocol 200")])
    func `a transport has the name of the registry`(number: UInt8, name: String) {
        #expect(TCPSegment.transportName(number) == name)
    }
}
