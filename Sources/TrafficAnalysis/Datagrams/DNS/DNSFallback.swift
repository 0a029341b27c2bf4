internal import Casebook
internal import Dissection

/// IPv6 that is in the DNS and does not work: clients wait for its SYNs and then take IPv4
/// (RFC 8305 is what spares them that).
enum DNSFallback: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.ipv6-tried-then-ipv4"]

    private static let patience: Int64 = 60_000_000_000
    /// Of one address: a hoster's have thousands, and each is asked for at every connection.
    private static let mostNames = 64

    private struct Service: Hashable {
        var name: DNSName
        var port: UInt16
    }

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var names: [IPAddress: Set<DNSName>] = [:]
        for exchange in traffic.exchanges {
            for address in exchange.addresses
            where names[address, default: []].count < mostNames {
                names[address, default: []].insert(exchange.name)
            }
        }
        let tried = traffic.flows.notes.filter {
            !$0.server.address.isIPv4 && names[$0.server.address] != nil
        }
        var tally = DatagramTally()
        tally.opportunities = tried.count
        let vain = tried.filter(\.synUnanswered)
        let working = working(traffic, names, asTried: vain)
        for flow in vain {
            let isFollowed = (names[flow.server.address] ?? []).contains {
                working.hasOne(
                    Service(name: $0, port: flow.server.port),
                    in: flow.first...flow.first + patience)
            }
            if isFollowed { tally.add(flow.firstPacket, flow.first) }
        }
        return tally.evidence(
            "capture.dns.ipv6-tried-then-ipv4", capture,
            present: "on \(counted(tally.count, "attempt")) the IPv6 address of the DNS did not "
                + "answer, and the client took the IPv4 address of the same name then",
            absent: "the IPv6 addresses of the DNS answered")
    }

    /// When connections to IPv4 addresses of those names were made that were tried in vain.
    private static func working(
        _ traffic: DNSTraffic, _ names: [IPAddress: Set<DNSName>], asTried vain: [FlowNotes.Note]
    ) -> TimesByKey<Service> {
        var wanted: Set<DNSName> = []
        for flow in vain { wanted.formUnion(names[flow.server.address] ?? []) }
        // Most names are not among them.
        let servers = names.mapValues { $0.intersection(wanted) }
            .filter { $0.key.isIPv4 && !$0.value.isEmpty }
        if servers.isEmpty { return TimesByKey([]) }
        return TimesByKey(
            traffic.flows.notes.filter { $0.server.address.isIPv4 && $0.established > 0 }
                .flatMap { flow in
                    (servers[flow.server.address] ?? []).map {
                        (Service(name: $0, port: flow.server.port), flow.first)
                    }
                })
    }
}
