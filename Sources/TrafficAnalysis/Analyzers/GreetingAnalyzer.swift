internal import Casebook

/// Both sides wait for the other to speak: the server for a ClientHello, since its port is TLS from
/// the first byte, the client for the greeting that the same protocol has in clear.
struct GreetingAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.server-waits-for-hello-client-waits-for-greeting"
    ]

    static let patience: Int64 = 5_000_000_000

    /// Ports that are TLS from the first byte, of protocols whose server speaks first in clear:
    /// submissions, NNTPS, FTPS data and control, telnets, IMAPS, IRCS, POP3S (IANA service names).
    private static func isOne(_ port: UInt16) -> Bool {
        switch port {
        case 465, 563, 989, 990, 992, 993, 994, 995, 6697: true
        default: false
        }
    }

    private var tally = Tally()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        guard Self.isOne(f.endpoint.port), f.isEstablished, f.serverIsVisible else {
            return
        }
        let isSilent = f.client.payloadBytes == 0 && f.server.payloadBytes == 0
        let waited = f.end - f.flow.establishedTime
        guard !isSilent || f.flow.closeBegan else { return }
        tally.opportunities += 1
        guard isSilent, waited >= Self.patience else { return }
        tally.add(f.place(f.firstClose.packet, f.firstClose.time))
        longest = max(longest, waited)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tls.server-waits-for-hello-client-waits-for-greeting", capture,
            present: "\(counted(tally.count, "connection")) to a port that is TLS from the first "
                + "byte stayed silent on both sides until closed, for up to \(duration(longest))",
            absent: "on ports that are TLS from the first byte somebody spoke",
            measure: measured(longest))
    }
}
