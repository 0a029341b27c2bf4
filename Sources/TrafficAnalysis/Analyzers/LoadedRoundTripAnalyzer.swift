internal import Casebook

/// Round trips that grow while much is in flight: a queue fills on the way.
struct LoadedRoundTripAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.rtt-rises-under-load"]

    private var tally = Tally()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.hasPace else { return }
        for d in 0...1 {
            let loaded = f.pace(d).loaded
            guard loaded >= 10 else { continue }
            tally.opportunities += 1
            // One late ACK is an accident; a queue keeps what comes for a while.
            guard let side = f.paceEvents(d), side.risen >= 5, side.risen * 5 >= loaded else {
                continue
            }
            tally.add(f.place(side.risenPacket))
            longest = max(longest, Int64(side.longestRisen) * 1000)
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.rtt-rises-under-load", capture,
            present: "on \(counted(tally.count, "connection")) acknowledgements came 5 times as "
                + "late or more while much was in flight, up to \(duration(longest)) late",
            absent: "round trips did not grow with what was in flight",
            measure: measured(longest))
    }
}
