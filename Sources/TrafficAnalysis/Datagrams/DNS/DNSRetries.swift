internal import Casebook
internal import Dissection

/// glibc asks again after 5 s (resolv.conf(5), `timeout`): a lost datagram costs just that.
enum DNSRetries: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.retry-after-5s"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        tally.opportunities = traffic.exchanges.count { $0.answered != nil }
        for asked in traffic.byQuestion() {
            for (first, second) in zip(asked, asked.dropFirst()) {
                let gap = second.time - first.time
                if (4_500_000_000...5_500_000_000).contains(gap),
                    first.isSilent(until: second.time)
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
