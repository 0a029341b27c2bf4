internal import Casebook
internal import Dissection

/// Fatal alerts in clear. A server's alert to a client that never said hello is not one: OpenSSL
/// sends decode_error when a silent client hangs up.
struct AlertAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.alert-by-server", "capture.tls.alert-by-client",
        "capture.tls.cert-request", "capture.tls.client-certificate-alert",
        "capture.tls.closed-right-after-handshake",
    ]

    private var byServer = Tally()
    private var byClient = Tally()
    private var requested = Tally()
    private var certificate = Tally()
    private var closedAfter = Tally()
    /// The alerts of clients and of servers, each with the first packet that had it.
    private var names: [Bool: [String: UInt32]] = [:]

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.clientHellos > 0, f.serverIsVisible else { return }
        byServer.opportunities += tls.serverRecordTime != 0 ? 1 : 0
        byClient.opportunities += tls.serverRecordTime != 0 ? 1 : 0
        visitRequest(f, tls)
        visitClose(f, tls)
        for alert in f.lists?.alerts ?? [] where alert.level == 2 {
            let place = f.place(alert.packet, alert.time)
            let isClient = Int(alert.direction) == f.flow.client
            if isClient { byClient.add(place) } else { byServer.add(place) }
            if !isClient, tls.facts.contains(.certificateRequested),
                Self.certificateAlerts.contains(alert.description)
            {
                certificate.add(place)
            }
            let name =
                TLSAlert(level: 2, description: alert.description).name
                + " (\(alert.description))"
            let first = names[isClient]?[name] ?? .max
            names[isClient, default: [:]][name] = min(first, alert.packet)
        }
    }

    /// bad_certificate to unknown_ca, access_denied, certificate_required (RFC 8446 §6).
    private static let certificateAlerts: Set<UInt8> = [42, 43, 44, 45, 46, 48, 49, 116]

    private mutating func visitRequest(_ f: FlowFacts, _ tls: TLSFlow) {
        guard tls.version != 0, !tls.isTLS13, !tls.facts.contains(.serverFlightCut) else { return }
        requested.opportunities += 1
        guard tls.facts.contains(.certificateRequested) else { return }
        certificate.opportunities += 1
        requested.add(
            f.place(tls.serverHelloPacket, tls.serverHelloTime))
    }

    /// In TLS 1.3 the refusal of a client certificate is an encrypted alert after the client's
    /// Finished: the client has "connected" and is cut off at once.
    private mutating func visitClose(_ f: FlowFacts, _ tls: TLSFlow) {
        guard tls.isTLS13, f.client.tls.state == .opaque, f.flow.closeBegan else { return }
        closedAfter.opportunities += 1
        let last = f.server.tls
        let clientEnded = f.close(f.flow.client).isPolite
        guard f.closedByServer, !clientEnded, last.lastType == 21 || last.lastLength == 19,
            f.server.lastMessageTime < f.client.lastPayloadTime,
            f.firstClose.time - f.client.lastPayloadTime <= 1_000_000_000
        else { return }
        closedAfter.add(
            f.place(f.firstClose.packet, f.firstClose.time))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        byServer.evidence(
            "capture.tls.alert-by-server", capture,
            present: "the server refused \(counted(byServer.count, "handshake")) with "
                + list(false), absent: "no fatal alert of a server in clear")
            + byClient.evidence(
                "capture.tls.alert-by-client", capture,
                present: "the client refused \(counted(byClient.count, "handshake")) with "
                    + list(true), absent: "no fatal alert of a client in clear")
            + requested.evidence(
                "capture.tls.cert-request", capture,
                present: "the server asked for a client certificate in "
                    + counted(requested.count, "handshake"),
                absent: "no server asked for a client certificate in clear")
            + certificate.evidence(
                "capture.tls.client-certificate-alert", capture,
                present: "after asking for a client certificate the server refused "
                    + counted(certificate.count, "handshake"),
                absent: "no handshake was refused after the client certificate was asked for")
            + closedAfter.evidence(
                "capture.tls.closed-right-after-handshake", capture,
                present:
                    "the server ended \(counted(closedAfter.count, "TLS 1.3 connection")) right "
                    + "after the client\u{2019}s Finished, without an answer",
                absent: "no server ended a connection right after the handshake")
    }

    private func list(_ isClient: Bool) -> String {
        (names[isClient] ?? [:]).sorted { $0.value < $1.value }.prefix(4).map(\.key)
            .joined(separator: ", ")
    }
}
