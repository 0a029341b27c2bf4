internal import Casebook

/// Clients that ask whether they may send a body, get no answer, and send it after a timer.
struct ExpectGapAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.http.expect-gap"]

    private var tally = Tally()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        guard let expect = f.rareRequests?.expect, f.serverIsVisible else { return }
        tally.opportunities += Int(expect.asked)
        tally.add(f.place(expect.packet, expect.time), times: Int(expect.gaps))
        longest = max(longest, expect.longest)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.http.expect-gap", capture,
            present: "\(counted(tally.count, "request")) asked by Expect: 100-continue, got no "
                + "answer and sent the body up to \(duration(longest)) later",
            absent: "who asked by Expect: 100-continue was answered", measure: measured(longest))
    }
}
