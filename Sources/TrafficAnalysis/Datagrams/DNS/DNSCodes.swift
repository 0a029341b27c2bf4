internal import Casebook
internal import Dissection

/// How many answers say that the resolver itself failed.
enum DNSCodes: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.servfail-share"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        for exchanges in [traffic.exchanges, traffic.overTCP] {
            for exchange in exchanges {
                guard let answered = exchange.answered else { continue }
                tally.opportunities += 1
                if exchange.code == .serverFailure { tally.add(exchange.packet, answered) }
            }
        }
        // 2 % of the answers.
        let isMuch = tally.count * 50 >= tally.opportunities
        return tally.evidence(
            "capture.dns.servfail-share", capture,
            present:
                "\(tally.count) of \(counted(tally.opportunities, "DNS answer")) were SERVFAIL",
            absent: "fewer than 2 % of the DNS answers were SERVFAIL",
            measure: percent(tally.count, of: tally.opportunities), atLeast: isMuch ? 1 : .max)
    }
}
