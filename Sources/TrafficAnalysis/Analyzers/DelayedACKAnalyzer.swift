internal import Casebook

/// Senders that wait for the peer's delayed acknowledgement before each short segment.
struct DelayedACKAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.delayed-ack-stall"]

    static let often: UInt32 = 3

    private var tally = Tally()
    private var stalls = 0
    private var total: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        // Below so many packets nobody waits three times.
        guard f.flow.roundTrip(of: 0) != nil, f.client.packets + f.server.packets >= 12,
            f.client.payloadBytes > 0 || f.server.payloadBytes > 0
        else { return }
        tally.opportunities += 1
        guard f.hasPace else { return }
        for d in 0...1 {
            guard let stall = f.paceEvents(d)?.stall, stall.count >= Self.often else { continue }
            tally.add(f.place(stall.packet))
            stalls += Int(stall.count)
            total += stall.total
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        let mean = stalls == 0 ? 0 : total / Int64(stalls)
        return tally.evidence(
            "capture.tcp.delayed-ack-stall", capture,
            present: "on \(counted(tally.count, "connection")) the sender kept short segments back "
                + "until a delayed ACK came, \(stalls) times, \(duration(mean)) each",
            absent: "no sender waited for delayed ACKs again and again", measure: measured(mean))
    }
}
