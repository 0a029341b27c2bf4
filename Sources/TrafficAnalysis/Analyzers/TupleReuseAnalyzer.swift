internal import Casebook

/// Connections from a port that was in use a moment ago, to the same server.
struct TupleReuseAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.tuple-reused-soon"]

    private var opened = 0

    mutating func visit(_ f: FlowFacts) {
        if f.flow.seen.contains(.syn) { opened += 1 }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = capture.reused.tally
        tally.opportunities = opened >= 2 ? 1 : 0
        let least = tally.count > 0 ? capture.reused.least : 0
        return tally.evidence(
            "capture.tcp.tuple-reused-soon", capture,
            present: "\(counted(tally.count, "connection")) used both addresses and ports of one "
                + "that was there less than 120 s before, at the soonest \(duration(least)) after it",
            absent: "no connection used addresses and ports again within 120 s",
            measure: measured(least))
    }
}
