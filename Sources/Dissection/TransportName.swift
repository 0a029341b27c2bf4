extension TCPSegment {
    /// The name of an IP protocol number in IANA's registry
    /// (https://www.iana.org/assignments/protocol-numbers), else `IP protocol` and the number.
    public static func transportName(_ number: UInt8) -> String {
        transports[number] ?? "IP protocol \(number)"
    }

    private static let transports: [UInt8: String] = [
        0: "IPv6 hop-by-hop options", 1: "ICMP", 2: "IGMP", 4: "IP-in-IP", 6: "TCP", 17: "UDP",
        33: "DCCP", 41: "IPv6-in-IP", 46: "RSVP", 47: "GRE", 50: "ESP", 51: "AH", 58: "ICMPv6",
        59: "IPv6 without next header", 88: "EIGRP", 89: "OSPF", 97: "EtherIP", 103: "PIM",
        108: "IPComp", 112: "VRRP", 115: "L2TPv3", 124: "IS-IS over IP", 132: "SCTP",
        136: "UDP-Lite", 137: "MPLS-in-IP", 143: "Ethernet-in-IP",
    ]
}
