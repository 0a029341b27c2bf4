extension LinkProtocol: CustomStringConvertible {
    /// The name that the field uses, else the number in the link's terms.
    public var description: String {
        switch self {
        case .etherType(let number):
            Self.etherTypes[number] ?? "EtherType 0x\(hex(UInt32(number), 4))"
        case .slow(let subtype):
            Self.slowProtocols[subtype] ?? "slow protocol \(subtype)"
        case .service(let number): Self.services[number] ?? "LLC SAP 0x\(hex(UInt32(number), 2))"
        case .organisation(let organisation, let number):
            Self.organisations[UInt64(organisation) << 16 | UInt64(number)]
                ?? "SNAP \(hex(organisation, 6)):\(hex(UInt32(number), 4))"
        case .ppp(let number): Self.pppProtocols[number] ?? "PPP 0x\(hex(UInt32(number), 4))"
        case .ciscoHDLC(let number):
            Self.hdlcProtocols[number] ?? "HDLC 0x\(hex(UInt32(number), 4))"
        case .labelled(0): "MPLS pseudowire"
        case .labelled(1): "MPLS associated channel"
        case .labelled: "MPLS payload"
        case .arcnet(let number): number == 213 || number == 241 ? "ARP" : "ARCNET \(number)"
        case .family(let number): "address family \(number)"
        case .wireless(let frame): frame.description
        case .version(let number): "IP version \(number)"
        }
    }

    /// IEEE's registry (https://standards-oui.ieee.org/ethertype/eth.txt), and IANA's "IEEE 802
    /// Numbers": what networks of servers carry.
    private static let etherTypes: [UInt16: String] = [
        0x0806: "ARP", 0x0842: "Wake-on-LAN", 0x22F0: "AVTP", 0x22F3: "TRILL",
        0x4305: "B.A.T.M.A.N.",
        0x6002: "MOP", 0x6003: "DECnet", 0x8035: "RARP", 0x809B: "AppleTalk", 0x80F3: "AARP",
        0x8137: "IPX", 0x8808: "Ethernet flow control", 0x880B: "PPP", 0x8863: "PPPoE discovery",
        0x886D: "Intel teaming probe", 0x887B: "HomePlug", 0x888E: "EAPOL", 0x8892: "PROFINET",
        0x8899: "Realtek loop detection", 0x88A2: "AoE", 0x88A4: "EtherCAT", 0x88B5: "experimental",
        0x88B6: "experimental", 0x88B8: "GOOSE", 0x88CA: "TIPC", 0x88CC: "LLDP", 0x88D9: "LLTD",
        0x88E1: "HomePlug AV", 0x88E3: "MRP", 0x88E5: "MACsec", 0x88E7: "PBB", 0x88F5: "MVRP",
        0x88F6: "MMRP", 0x88F7: "PTP", 0x88F8: "NC-SI", 0x88FB: "PRP", 0x8902: "CFM",
        0x8906: "FCoE", 0x8914: "FIP", 0x8915: "RoCE", 0x892F: "HSR", 0x893A: "IEEE 1905.1",
        0x894F: "NSH", 0x9000: "loopback test",
    ]

    /// IEEE 802.3-2018 table 57A-3.
    private static let slowProtocols: [UInt8: String] = [
        1: "LACP", 2: "LACP marker", 3: "Ethernet OAM", 10: "ESMC",
    ]

    /// SAPs in use (https://www.iana.org/assignments/ieee-802-numbers, "IEEE 802 Numbers").
    private static let services: [UInt8: String] = [
        0x00: "LLC", 0x04: "SNA", 0x42: "STP", 0xAA: "SNAP", 0xE0: "IPX", 0xF0: "NetBIOS",
        0xFE: "OSI", 0xFF: "IPX",
    ]

    /// Of Cisco (00000C), Extreme (00E02B), Foundry (00E052) and Nortel (000081), as Wireshark's
    /// packet-llc.c and its neighbours list them.
    private static let organisations: [UInt64: String] = [
        0x0000_0C01_0B: "PVST+", 0x0000_0C01_04: "PAgP", 0x0000_0C01_11: "UDLD",
        0x0000_0C20_00: "CDP", 0x0000_0C20_03: "VTP", 0x0000_0C20_04: "DTP",
        0x00E0_2B00_BB: "EDP", 0x00E0_5220_00: "FDP", 0x0000_8101_A2: "SONMP",
    ]

    /// Wireshark's packet-chdlc.c.
    static let hdlcProtocols: [UInt16: String] = [0x2000: "CDP", 0x8035: "SLARP", 0xFEFE: "OSI"]

    /// https://www.iana.org/assignments/ppp-numbers.
    private static let pppProtocols: [UInt16: String] = [
        0x0023: "OSI", 0x003D: "PPP Multilink", 0x0053: "PPP encrypted", 0x00FB: "PPP compressed",
        0x00FD: "PPP compressed", 0x8021: "IPCP", 0x8053: "ECP", 0x8057: "IPV6CP",
        0x80FD: "CCP", 0x8281: "MPLSCP", 0xC021: "LCP", 0xC023: "PAP", 0xC025: "LQR",
        0xC223: "CHAP", 0xC227: "EAP",
    ]
}

extension LinkProtocol.WirelessFrame: CustomStringConvertible {
    public var description: String {
        switch self {
        case .management: "802.11 management"
        case .control: "802.11 control"
        case .encrypted: "802.11 encrypted"
        case .null: "802.11 without data"
        case .aggregate: "802.11 A-MSDU"
        }
    }
}

private func hex(_ number: UInt32, _ digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
