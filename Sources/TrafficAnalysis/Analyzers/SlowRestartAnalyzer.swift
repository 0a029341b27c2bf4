internal import Casebook

/// Senders whose bursts begin small again after each silence (RFC 5681 §4.1).
struct SlowRestartAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.slow-restart-after-idle"]

    private var tally = Tally()
    private var longest: Int64 = 0
    private var flight: UInt32 = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.hasPace else { return }
        for d in 0...1 {
            guard let restart = f.paceEvents(d)?.restart else { continue }
            tally.opportunities += Int(restart.tries)
            guard restart.count > 0 else { continue }
            tally.add(f.place(restart.firstPacket))
            longest = max(longest, Int64(restart.longestPause) * 1_000_000)
            flight = max(flight, restart.flight)
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.slow-restart-after-idle", capture,
            present:
                "after up to \(duration(longest)) of silence \(counted(tally.count, "sender")) "
                + "began with at most \(flight) bytes in the first round trip, less than half of "
                + "what had been in flight before",
            absent: "bursts after a silence began as large as before",
            measure: measured(longest))
    }
}
