internal import Casebook

/// HTTP/2 connections in clear that one side gives notice to end. In TLS it is encrypted.
struct GoAwayAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.h2.goaway"]

    private var tally = Tally()
    private var first: (place: Place, words: String)?

    mutating func visit(_ f: FlowFacts) {
        guard let http2 = f.http2 else { return }
        tally.opportunities += 1
        guard let notice = http2.goAway else { return }
        let place = f.place(notice.packet, notice.time)
        tally.add(place)
        if let first, first.place < place { return }
        let words =
            "the \(notice.byServer ? "server" : "client") said "
            + "\(HTTP2Frames.name(ofCode: notice.code)), last stream \(notice.lastStream)"
        first = (place, words)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.h2.goaway", capture,
            present: "\(counted(tally.count, "HTTP/2 connection")) ended by GOAWAY; on the first "
                + (first?.words ?? ""),
            absent: "no GOAWAY on the HTTP/2 connections in clear")
    }
}
