internal import Casebook

/// One side speaks TLS and the other does not.
struct PlainOnTLSAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.plain-bytes-on-tls-port", "capture.tls.plain-answer-to-hello",
    ]

    private var answers = Tally()
    private var speaksTLS = ByNumber(initially: false)
    private var plain: [UInt32: Tally] = [:]

    mutating func visit(_ f: FlowFacts) {
        if let tls = f.tls, tls.clientHellos > 0 {
            if tls.serverHellos > 0 { speaksTLS[f.serverNumber] = true }
            // What follows missing bytes need not look like TLS.
            answers.opportunities += f.server.payloadBytes > 0 && f.serverBytes == .whole ? 1 : 0
            if f.serverBytes == .whole, tls.facts.contains(.plainAnswer),
                !f.client.has.contains(.plain)
            {
                answers.add(
                    f.place(f.server.firstPayloadPacket, f.server.firstPayloadTime))
            }
        } else if f.flow.seen.contains(.syn), f.clientBytes == .whole, f.client.has.contains(.plain)
        {
            plain[f.serverNumber, default: Tally()].add(
                f.place(f.client.firstPayloadPacket, f.client.firstPayloadTime))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var bytes = Tally()
        bytes.opportunities = speaksTLS.all.count { $0 }
        for (server, flows) in plain
        where speaksTLS[server] || TLSPorts.contains(capture.servers[server].port) {
            bytes.add(flows)
        }
        return bytes.evidence(
            "capture.tls.plain-bytes-on-tls-port", capture,
            present: "\(counted(bytes.count, "client")) spoke plain text to a TLS port",
            absent: "the first bytes to TLS ports were TLS")
            + answers.evidence(
                "capture.tls.plain-answer-to-hello", capture,
                present:
                    "\(counted(answers.count, "ClientHello")) answered in plain text: no TLS there",
                absent: "no ClientHello was answered in plain text")
    }
}
