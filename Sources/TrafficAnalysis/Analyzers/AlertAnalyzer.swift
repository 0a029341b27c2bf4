internal import Casebook
internal import Dissection

/// Fatal alerts in clear. A server's alert to a client that never said hello is not one: OpenSSL
/// sends decode_error when a silent client hangs up.
struct AlertAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.alert-by-server", "capture.tls.alert-by-client",
    ]

    private let capture: CaptureContext
    private var byServer = Tally()
    private var byClient = Tally()
    private var names: [Bool: [String]] = [:]

    init(_ capture: CaptureContext) { self.capture = capture }

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.clientHellos > 0, f.serverIsVisible else { return }
        byServer.opportunities += tls.serverRecordTime != 0 ? 1 : 0
        byClient.opportunities += tls.serverRecordTime != 0 ? 1 : 0
        for alert in tls.alerts where alert.level == 2 {
            let place = f.location(capture.file, packet: alert.packet, time: alert.time)
            let isClient = Int(alert.direction) == f.flow.client
            if isClient { byClient.add(place) } else { byServer.add(place) }
            let name =
                TLSAlert(level: 2, description: alert.description).name
                + " (\(alert.description))"
            if names[isClient]?.contains(name) != true { names[isClient, default: []].append(name) }
        }
    }

    func conclude() -> [Evidence] {
        byServer.evidence(
            "capture.tls.alert-by-server", capture,
            present: "the server refused \(counted(byServer.count, "handshake")) with "
                + list(false), absent: "no fatal alert of a server in clear")
            + byClient.evidence(
                "capture.tls.alert-by-client", capture,
                present: "the client refused \(counted(byClient.count, "handshake")) with "
                    + list(true), absent: "no fatal alert of a client in clear")
    }

    private func list(_ isClient: Bool) -> String {
        (names[isClient] ?? []).prefix(4).joined(separator: ", ")
    }
}
