internal import Casebook
internal import Dissection

/// Answers that ask for TCP (RFC 7766 §5), and nobody comes by TCP.
enum DNSTruncation: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.truncated-no-tcp"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        let tcp = Dictionary(
            grouping: traffic.flows.notes.filter {
                $0.server.port == 53 && $0.firstServerPayload > 0
            }, by: \.client)
        var tally = DatagramTally()
        for exchange in traffic.exchanges where exchange.isTruncated {
            guard let answered = exchange.answered,
                answered + DNSTraffic.patience <= traffic.end
            else { continue }
            tally.opportunities += 1
            let came = tcp[exchange.client]?.contains {
                $0.server.address == exchange.server
                    && (answered...answered + DNSTraffic.patience).contains($0.firstServerPayload)
            }
            if came != true { tally.add(exchange.packet, exchange.time) }
        }
        return tally.evidence(
            "capture.dns.truncated-no-tcp", capture,
            present: "after \(counted(tally.count, "truncated answer")) no exchange over TCP "
                + "port 53 followed",
            absent: "after every truncated answer the client asked over TCP, and was answered")
    }
}
