internal import Casebook

/// A request that meets the server's close of an idle connection on the way.
struct RequestCrossesFINAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.http.request-crosses-fin"]

    static let window: Int64 = 1_000_000_000

    private var tally = Tally()

    mutating func visit(_ f: FlowFacts) {
        // Kept alive: something was asked and answered before. A server that turns its client away
        // before it has heard anything keeps nothing alive.
        guard f.client.lastMessageTime > 0, f.server.answers > 0, f.isWhole else { return }
        tally.opportunities += 1
        // Where the network lost or delayed what the client sent, its last message may be an old
        // one that came late, and no new request.
        guard f.clientRare.retransmitted == 0, f.clientRare.outOfOrder == 0 else {
            return
        }
        guard f.closedByServer, !f.firstClose.isReset,
            f.client.lastMessageTime > f.server.lastMessageTime,
            abs(f.client.lastMessageTime - f.firstClose.time) <= Self.window
        else { return }
        let afterFIN = f.client.lastMessageTime >= f.firstClose.time
        // A request before the FIN was merely unanswered unless the server's RST disowns it.
        guard afterFIN || f.serverRare.reset.packet != 0 else { return }
        tally.add(
            f.place(f.client.lastMessagePacket, f.client.lastMessageTime))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.http.request-crosses-fin", capture,
            present:
                "\(counted(tally.count, "request")) crossed the server's close of a kept-alive "
                + "connection and got RST or nothing",
            absent: "no request crossed the server's close")
    }
}
