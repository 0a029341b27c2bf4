internal import Casebook

/// Segments larger than their receiver takes: merged by the network card or the kernel of the host
/// that captured. Their sizes and numbers are not those on the wire.
struct OversizedSegmentAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.artefact.oversized-segments"]

    private var bulk = 0

    mutating func visit(_ f: FlowFacts) {
        // Full segments were there.
        let known = f.client.options.isKnown && f.server.options.isKnown
        let longest = max(f.client.longestACKed, f.server.longestACKed)
        if known, longest >= 1200 { bulk += 1 }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = capture.oversized.tally
        tally.opportunities = bulk
        let most = capture.oversized.most
        return tally.evidence(
            "capture.artefact.oversized-segments", capture,
            present: "\(counted(tally.count, "segment")) larger than the receiver's MSS, up to "
                + "\(most) bytes: merged by the host that captured",
            absent: "no segment was larger than its receiver's MSS",
            measure: Evidence.Measure(value: Double(most), unit: "bytes"))
    }
}
