internal import Casebook

/// Answers whose server went before it had sent as many bytes as Content-Length says: the client has
/// to treat them as incomplete (RFC 9112 §8).
struct BodyLengthAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.http.body-shorter-than-length"]

    private var tally = Tally()
    private var most = 0

    mutating func visit(_ f: FlowFacts) {
        // Without the requests nobody knows which answer has no body (to HEAD).
        guard let end = f.http?.answerEnd, f.flow.closeBegan, f.serverBytes == .whole,
            f.clientBytes == .whole, f.client.payloadBytes > 0
        else { return }
        tally.opportunities += 1
        let missing = Int(Int32(bitPattern: end &- f.server.next))
        // Who has enough may go.
        guard missing > 0, f.closedByServer else { return }
        most = max(most, missing)
        tally.add(f.place(f.firstClose.packet, f.firstClose.time))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.http.body-shorter-than-length", capture,
            present: "\(counted(tally.count, "answer")) ended up to \(most) bytes before what "
                + "Content-Length says: the server went in the middle",
            absent: "answers were as long as Content-Length says",
            measure: Evidence.Measure(value: Double(most), unit: "bytes"))
    }
}
