internal import Casebook
internal import Dissection

/// How many answers say that the resolver itself failed.
enum DNSCodes: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.servfail-share"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        let answered = traffic.all.filter { $0.answered != nil }
        var tally = DatagramTally()
        tally.opportunities = answered.count
        for exchange in answered where exchange.code == .serverFailure {
            tally.add(exchange.packet, exchange.answered ?? exchange.time)
        }
        // 2 % of the answers.
        let isMuch = tally.count * 50 >= answered.count
        return tally.evidence(
            "capture.dns.servfail-share", capture,
            present: "\(tally.count) of \(counted(answered.count, "DNS answer")) were SERVFAIL",
            absent: "fewer than 2 % of the DNS answers were SERVFAIL",
            measure: percent(tally.count, of: answered.count), atLeast: isMuch ? 1 : .max)
    }
}
