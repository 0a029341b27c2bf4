internal import Casebook

/// A server that gives up before its first byte: its FIN has relative sequence number 1, so no
/// answer of it was lost; it never sent one.
struct ServerFINAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.server-fin-without-data"]

    private var tally = Tally()
    private var waits: [Int64] = []

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.closedByServer, !f.firstClose.isReset, f.isCaptured, !f.asksNothing
        else { return }
        tally.opportunities += 1
        guard f.firstClose.atFirstByte, f.server.payloadBytes == 0 else { return }
        waits.append(f.firstClose.time - f.flow.establishedTime)
        tally.add(f.place(f.firstClose.packet, f.firstClose.time))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.server-fin-without-data", capture,
            present:
                "the server closed \(counted(tally.count, "connection")) without having sent a "
                + "byte (FIN at relative sequence 1), \(duration(median(waits))) after the "
                + "handshake",
            absent: "every server that closed first had sent something",
            measure: measured(median(waits)))
    }
}
