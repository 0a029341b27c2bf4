/// What is wrong with a capture filter, and where as far as libpcap's words tell.
public struct FilterFault: Equatable, Sendable {
    public var filter: String
    /// libpcap's own words.
    public var reason: String
    /// Offset of the word at fault in the filter's characters, `nil` when it cannot be told.
    public var place: Int?
    public var word: String?

    public init(filter: String, reason: String) {
        self.filter = filter
        self.reason = reason
        guard let found = Self.quoted(in: reason, filter) ?? Self.strange(in: filter) else {
            return
        }
        word = String(found)
        place = filter.distance(from: filter.startIndex, to: found.startIndex)
    }

    /// libpcap names what it does not know in quotes ("unknown host 'foo'").
    private static func quoted(in reason: String, _ filter: String) -> Substring? {
        let parts = reason.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "'" || $0 == "\"" })
        guard parts.count >= 3 else { return nil }
        return words(filter).first { $0 == parts[1] }
    }

    /// A syntax error has no place in libpcap: the first word that its grammar does not have,
    /// unless the word before it asks for a name.
    private static func strange(in filter: String) -> Substring? {
        var previous = ""
        for word in words(filter) {
            let isNumber = word.first?.isNumber ?? false
            let isName = takesName.contains(previous) || word.contains(":") || word.contains(".")
            if !isNumber, !isName, !keywords.contains(String(word)) { return word }
            previous = String(word)
        }
        return nil
    }

    private static func words(_ filter: String) -> [Substring] {
        filter.split { !($0.isLetter || $0.isNumber || "-_.:".contains($0)) }
    }

    private static let takesName: Set = [
        "host", "net", "port", "portrange", "gateway", "src", "dst", "mask", "ifname", "on",
        "ruleset", "rset", "wlan", "proto", "type", "subtype", "dir",
    ]

    /// Of pcap-filter(7); addresses, names of hosts and numbers besides.
    public static let keywords: Set = [
        "action", "addr1", "addr2", "addr3", "addr4", "address1", "address2", "address3",
        "address4", "ah", "and", "arp", "atalk", "atm", "broadcast", "carp", "clnp", "dir", "dst",
        "decnet", "direction", "esp", "ether", "fddi", "gateway", "geneve", "greater", "host",
        "icmp", "icmp6", "icmpcode", "icmptype", "icmp6code", "icmp6type", "ifindex", "ifname",
        "igmp", "igrp", "inbound", "ip", "ip6", "ipx", "isis", "iso", "lat", "len", "less", "link",
        "llc", "mask", "moprc", "mopdl", "mpls", "multicast", "net", "netbeui", "not", "on", "or",
        "outbound", "pim", "port", "portrange", "ppp", "pppoed", "pppoes", "proto", "protochain",
        "radio", "rarp", "reason", "rset", "ruleset", "sca", "sctp", "slip", "src", "stp",
        "subtype", "tcp", "tcp-ack", "tcp-cwr", "tcp-ece", "tcp-fin", "tcp-push", "tcp-rst",
        "tcp-syn", "tcp-urg", "tcpflags", "tr", "type", "udp", "vlan", "vrrp", "wlan", "aarp",
    ]
}
