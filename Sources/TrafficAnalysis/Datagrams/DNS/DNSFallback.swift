internal import Casebook
internal import Dissection

/// IPv6 that is in the DNS and does not work: clients wait for its SYNs and then take IPv4
/// (RFC 8305 is what spares them that).
enum DNSFallback: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.ipv6-tried-then-ipv4"]

    private static let patience: Int64 = 60_000_000_000
    /// Names of one address, and addresses of one name, that are looked at: a hoster's have thousands.
    private static let most = 64

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        let announced = Set(traffic.exchanges.lazy.flatMap(\.addresses).filter { !$0.isIPv4 })
        if announced.isEmpty { return [] }
        // By the servers' numbers: of the many connections none is looked up.
        let isAnnounced = capture.servers.values.map { announced.contains($0.address) }
        let tried = traffic.flows.notes.filter { isAnnounced[Int($0.server)] }
        let vain = tried.filter(\.synUnanswered)
        var tally = DatagramTally()
        tally.opportunities = tried.count
        let alternatives = alternatives(traffic, capture, to: Set(vain.map(\.server)))
        let working = working(traffic, capture, Set(alternatives.values.joined()))
        for flow in vain {
            let isFollowed = (alternatives[flow.server] ?? []).contains {
                working.hasOne($0, in: flow.first...flow.first + patience)
            }
            if isFollowed { tally.add(flow.firstPacket, flow.first) }
        }
        return tally.evidence(
            "capture.dns.ipv6-tried-then-ipv4", capture,
            present: "on \(counted(tally.count, "attempt")) the IPv6 address of the DNS did not "
                + "answer, and the client took the IPv4 address of the same name then",
            absent: "the IPv6 addresses of the DNS answered")
    }

    /// Of servers that were tried in vain: those of IPv4 with one of the same names and the same port.
    private static func alternatives(
        _ traffic: DNSTraffic, _ capture: CaptureContext, to vain: Set<UInt32>
    ) -> [UInt32: Set<UInt32>] {
        if vain.isEmpty { return [:] }
        let unreached = Set(vain.map { capture.servers[$0].address })
        var names: [IPAddress: Set<DNSName>] = [:]
        for exchange in traffic.exchanges {
            for address in exchange.addresses where unreached.contains(address) {
                insert(exchange.name, into: &names[address, default: []])
            }
        }
        let wanted = names.values.reduce(into: Set()) { $0.formUnion($1) }
        var addresses: [DNSName: Set<IPAddress>] = [:]
        for exchange in traffic.exchanges where wanted.contains(exchange.name) {
            for address in exchange.addresses where address.isIPv4 {
                insert(address, into: &addresses[exchange.name, default: []])
            }
        }
        return Dictionary(
            uniqueKeysWithValues: vain.map { number in
                let server = capture.servers[number]
                let others = (names[server.address] ?? []).flatMap { addresses[$0] ?? [] }
                return (
                    number,
                    Set(
                        others.compactMap {
                            capture.servers.find(Endpoint(address: $0, port: server.port))
                        })
                )
            })
    }

    private static func insert<Element>(_ element: Element, into few: inout Set<Element>) {
        if few.count < most { few.insert(element) }
    }

    /// When connections to those servers were made.
    private static func working(
        _ traffic: DNSTraffic, _ capture: CaptureContext, _ servers: Set<UInt32>
    ) -> TimesByKey<UInt32> {
        if servers.isEmpty { return TimesByKey([]) }
        let isWanted = capture.servers.values.indices.map { servers.contains(UInt32($0)) }
        return TimesByKey(
            traffic.flows.notes.lazy.filter { isWanted[Int($0.server)] && $0.established > 0 }
                .map { ($0.server, $0.first) })
    }
}
