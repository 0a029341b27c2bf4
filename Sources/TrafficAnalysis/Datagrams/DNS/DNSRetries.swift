internal import Casebook
internal import Dissection

/// glibc asks again after 5 s (resolv.conf(5), `timeout`): a lost datagram costs just that.
enum DNSRetries: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.retry-after-5s"]

    private static let wait: ClosedRange<Int64> = 4_500_000_000...5_500_000_000

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        tally.opportunities = traffic.exchanges.count { $0.answered != nil }
        for asked in traffic.byClient(where: { $0.isSilent(until: $0.time + wait.lowerBound) }) {
            var former: [DNSTraffic.Asker: DNSExchange] = [:]
            for second in asked {
                if let first = former.updateValue(second, forKey: DNSTraffic.Asker(second)),
                    wait.contains(second.time - first.time), first.isSilent(until: second.time)
                {
                    tally.add(second.packet, second.time)
                }
            }
        }
        return tally.evidence(
            "capture.dns.retry-after-5s", capture,
            present: "\(counted(tally.count, "DNS question")) had to be asked again after 5 s: "
                + "the first datagram, or its answer, was lost",
            absent: "no DNS question had to be asked again after 5 s")
    }
}
