internal import Casebook

/// An acknowledgement that goes backwards: one TCP never takes an ACK back, so two parties speak
/// under one address. Measured: on 5 of 5 broken flows behind an acknowledging proxy, on none of
/// the healthy, lossy and MTU-blackhole captures.
struct AcknowledgementAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.ack-goes-backwards"]

    private var tally = Tally()

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.client.packets > 2, f.server.packets > 1 else { return }
        tally.opportunities += 1
        guard f.hasRare else { return }
        for d in 0...1 {
            let side = f.rare(d)
            guard side.acknowledgementsBack > 0, side.capturedTwice == 0 else { continue }
            tally.add(
                f.place(side.firstBackPacket, side.firstBackTime))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.ack-goes-backwards", capture,
            present:
                "on \(counted(tally.count, "connection")) one side acknowledged less than it had "
                + "before: something else acknowledged in its name",
            absent: "acknowledgements never went backwards")
    }
}
