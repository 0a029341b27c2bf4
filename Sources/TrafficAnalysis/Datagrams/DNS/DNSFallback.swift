internal import Casebook
internal import Dissection

/// IPv6 that is in the DNS and does not work: clients wait for its SYNs and then take IPv4
/// (RFC 8305 is what spares them that).
enum DNSFallback: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.ipv6-tried-then-ipv4"]

    private static let patience: Int64 = 60_000_000_000

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var names: [IPAddress: Set<DNSName>] = [:]
        for exchange in traffic.exchanges {
            for address in exchange.addresses {
                names[address, default: []].insert(exchange.name)
            }
        }
        var byName: [DNSName: [FlowNotes.Note]] = [:]
        for flow in traffic.flows.notes where flow.server.address.isIPv4 && flow.established > 0 {
            for name in names[flow.server.address] ?? [] { byName[name, default: []].append(flow) }
        }
        var tally = DatagramTally()
        for flow in traffic.flows.notes where !flow.server.address.isIPv4 {
            guard let known = names[flow.server.address] else { continue }
            tally.opportunities += 1
            let isFollowed = known.contains { name in
                byName[name]?.contains {
                    $0.server.port == flow.server.port
                        && (flow.first...flow.first + patience).contains($0.first)
                } == true
            }
            if flow.synUnanswered, isFollowed { tally.add(flow.firstPacket, flow.first) }
        }
        return tally.evidence(
            "capture.dns.ipv6-tried-then-ipv4", capture,
            present: "on \(counted(tally.count, "attempt")) the IPv6 address of the DNS did not "
                + "answer, and the client took the IPv4 address of the same name then",
            absent: "the IPv6 addresses of the DNS answered")
    }
}
