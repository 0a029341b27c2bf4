internal import Casebook

/// Receivers that keep their window closed and say so whenever they are asked: the host is alive,
/// the application does not read any more.
struct EndlessWindowAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.zero-window-endless"]

    static let endless: Int64 = 60_000_000_000

    private var tally = Tally()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.client.payloadBytes + f.server.payloadBytes > 0,
            f.lastSeen - f.flow.firstTime >= Self.endless
        else { return }
        tally.opportunities += 1
        guard f.hasRare else { return }
        for d in 0...1 {
            // Told by its packets alone: silence to the end would be a dead host.
            let side = f.rare(d)
            guard side.zeroWindows >= 3, side.longestZeroWindow >= Self.endless else { continue }
            longest = max(longest, side.longestZeroWindow)
            tally.add(f.place(side.zeroWindowPacket))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.zero-window-endless", capture,
            present: "\(counted(tally.count, "receiver")) answered every probe with a closed "
                + "window, for up to \(duration(longest))",
            absent: "no receiver kept its window closed for 60 s", measure: measured(longest))
    }
}
