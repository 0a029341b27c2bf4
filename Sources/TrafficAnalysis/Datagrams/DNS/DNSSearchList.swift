internal import Casebook
internal import Dissection

/// A name that is tried with suffixes of the search list first (resolv.conf(5), `ndots`).
enum DNSSearchList: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.search-nxdomains"]

    private static let window: Int64 = 10_000_000_000
    /// Questions before the right one that are looked at, however many a client has asked.
    private static let mostTries = 64

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        tally.opportunities = traffic.exchanges.count(where: isRight)
        for asked in traffic.byClient(where: { $0.answered != nil && $0.code == .nameError }) {
            for (index, right) in asked.enumerated() where isRight(right) {
                let before = asked[..<index].reversed().prefix(mostTries).prefix {
                    right.time - $0.time <= window
                }
                let wrong = before.filter {
                    $0.type == right.type && $0.code == .nameError && $0.answered != nil
                        && isSuffixed($0.name, right.name)
                }
                if Set(wrong.map(\.name)).count >= 3 { tally.add(right.packet, right.time) }
            }
        }
        return tally.evidence(
            "capture.dns.search-nxdomains", capture,
            present: "\(counted(tally.count, "lookup")) tried three wrong names or more of the "
                + "search list before the right one",
            absent: "names were not looked up with suffixes of a search list first")
    }

    private static func isRight(_ exchange: DNSExchange) -> Bool {
        exchange.answered != nil && exchange.code == .noError && !exchange.name.isRoot
    }

    private static func isSuffixed(_ name: DNSName, _ bare: DNSName) -> Bool {
        guard name.labels.count > bare.labels.count,
            let front = DNSName(labels: Array(name.labels.prefix(bare.labels.count)))
        else { return false }
        return front == bare
    }
}
