internal import Casebook

/// Receivers that close their window.
struct WindowAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.zero-window"]

    static let long: Int64 = 1_000_000_000

    private var tally = Tally()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.client.payloadBytes + f.server.payloadBytes > 0 else { return }
        tally.opportunities += 1
        guard f.hasRare else { return }
        for d in 0...1 {
            let side = f.rare(d)
            guard side.zeroWindowPacket != 0 else { continue }
            var closed = side.longestZeroWindow
            if f.flow.directions[d].has.contains(.zeroWindow) {
                closed = max(closed, f.lastSeen - side.zeroWindowSince)
            }
            guard closed >= Self.long else { continue }
            longest = max(longest, closed)
            tally.add(f.place(side.zeroWindowPacket))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.zero-window", capture,
            present: "\(counted(tally.count, "receiver")) closed the window for up to "
                + "\(duration(longest)): the application there does not read",
            absent: "no receiver closed its window for 1 s", measure: measured(longest))
    }
}
