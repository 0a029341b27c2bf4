internal import Casebook
internal import Dissection

/// Certificates that came in clear, up to TLS 1.2, against the time of the capture and the name that
/// the client asked for. Signatures and trust are not checked: a probe does that.
struct CertificateAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.certificate-expired", "capture.tls.certificate-not-yet-valid",
        "capture.tls.certificate-wrong-name", "capture.tls.certificate-self-signed",
        "capture.tls.chain-incomplete",
    ]

    private var expired = Tally()
    private var early = Tally()
    private var wrongName = Tally()
    private var selfSigned = Tally()
    private var incomplete = Tally()
    /// In nanoseconds: how long past, and how long until.
    private var longestPast: Int64 = 0
    private var longestUntil: Int64 = 0
    private var names: [String: Place] = [:]

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.serverHellos > 0, let chain = f.chain else { return }
        let time = tls.serverHelloTime
        let place = f.place(tls.serverHelloPacket, time)
        expired.opportunities += 1
        early.opportunities += 1
        selfSigned.opportunities += 1
        incomplete.opportunities += 1
        let past = time - nanoseconds(chain.notAfter)
        if past > 0 {
            expired.add(place)
            longestPast = max(longestPast, past)
        }
        let until = nanoseconds(chain.notBefore) - time
        if until > 0 {
            early.add(place)
            longestUntil = max(longestUntil, until)
        }
        if chain.leaf.isSelfIssued { selfSigned.add(place) }
        if !chain.isComplete { incomplete.add(place) }
        guard let isRight = f.isForServerName else { return }
        wrongName.opportunities += 1
        guard !isRight, let name = f.wrongName else { return }
        wrongName.add(place)
        let text = String(name.prefix(80))
        if names.count < 100 || names[text] != nil {
            names[text] = min(names[text] ?? place, place)
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        dates(capture)
            + wrongName.evidence(
                "capture.tls.certificate-wrong-name", capture,
                present: "in \(counted(wrongName.count, "handshake")) the server\u{2019}s "
                    + "certificate was not for the name that the client asked for: \(list)",
                absent: "certificates were for the names that clients asked for")
            + selfSigned.evidence(
                "capture.tls.certificate-self-signed", capture,
                present: "in \(counted(selfSigned.count, "handshake")) the server\u{2019}s "
                    + "certificate was its own issuer",
                absent: "every server certificate in clear had another issuer")
            + incomplete.evidence(
                "capture.tls.chain-incomplete", capture,
                present: "in \(counted(incomplete.count, "handshake")) the server left out the "
                    + "certificate that signed its own: clients that do not have it refuse",
                absent: "servers sent the certificates that signed theirs")
    }

    private func dates(_ capture: CaptureContext) -> [Evidence] {
        expired.evidence(
            "capture.tls.certificate-expired", capture,
            present: "in \(counted(expired.count, "handshake")) a certificate of the server was "
                + "past its end, by up to \(duration(longestPast))",
            absent: "no server certificate in clear was past its end",
            measure: measured(longestPast))
            + early.evidence(
                "capture.tls.certificate-not-yet-valid", capture,
                present: "in \(counted(early.count, "handshake")) a certificate of the server was "
                    + "not valid yet, by up to \(duration(longestUntil))",
                absent: "every server certificate in clear had begun to be valid",
                measure: measured(longestUntil))
    }

    private var list: String {
        names.sorted { $0.value < $1.value }.prefix(3).map(\.key).joined(separator: ", ")
    }
}
