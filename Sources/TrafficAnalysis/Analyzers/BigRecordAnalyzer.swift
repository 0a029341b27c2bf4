internal import Casebook

/// Large TLS records on a young connection: nothing of one can be used before its last byte, which
/// does not fit into the first round trip.
struct BigRecordAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tls.big-records-small-window"]

    private var tally = Tally()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.version != 0, f.flow.seen.contains(.syn), f.isEstablished,
            f.server.payloadBytes >= 30_000,
            f.flow.establishedTime - f.flow.firstTime >= 2 * Flow.shortPause
        else { return }
        tally.opportunities += 1
        guard let paused = f.serverPaceEvents?.paused, paused.packet != 0 else { return }
        tally.add(f.place(paused.packet))
        longest = max(longest, Int64(paused.pause) * 1_000_000)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tls.big-records-small-window", capture,
            present: "on \(counted(tally.count, "connection")) one of the first answers' records, "
                + "nearly 16 KiB, was interrupted for up to \(duration(longest)): it took another "
                + "round trip",
            absent: "the first large records came in one go", measure: measured(longest))
    }
}
