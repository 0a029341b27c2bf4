internal import Casebook
internal import Dissection

/// Answers that ask for TCP (RFC 7766 §5), and nobody comes by TCP.
enum DNSTruncation: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.truncated-no-tcp"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        guard traffic.exchanges.contains(where: \.isTruncated) else { return [] }
        let tcp = TimesByKey(
            traffic.flows.notes.filter {
                $0.firstServerPayload > 0 && capture.servers[$0.server].port == 53
            }.map {
                let server = capture.servers[$0.server].address
                return (Endpoints(client: $0.client, server: server), $0.firstServerPayload)
            })
        var tally = DatagramTally()
        for exchange in traffic.exchanges where exchange.isTruncated {
            guard let answered = exchange.answered,
                answered + DNSTraffic.patience <= traffic.end
            else { continue }
            tally.opportunities += 1
            if let packet = exchange.counterpart {
                if !traffic.isAnsweredOverTCP(packet) { tally.add(exchange.packet, exchange.time) }
                continue
            }
            let came = tcp.hasOne(
                Endpoints(client: exchange.client, server: exchange.server),
                in: answered...answered + DNSTraffic.patience)
            if !came { tally.add(exchange.packet, exchange.time) }
        }
        return tally.evidence(
            "capture.dns.truncated-no-tcp", capture,
            present: "after \(counted(tally.count, "truncated answer")) no exchange over TCP "
                + "port 53 followed",
            absent: "after every truncated answer the client asked over TCP, and was answered")
    }
}

extension DNSTraffic {
    fileprivate func isAnsweredOverTCP(_ packet: UInt32) -> Bool {
        overTCP.contains { $0.packet == packet && $0.answered != nil }
    }
}
