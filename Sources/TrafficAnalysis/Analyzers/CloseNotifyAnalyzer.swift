internal import Casebook

/// Who closed first, and whether by close_notify (RFC 5246 §7.2.1).
///
/// In TLS 1.3 the alert is encrypted and padding could hide its size, so there only a stream counts
/// that ends inside a record, or with the client's Finished: nothing can have been said after it.
/// Who does not know the connection any more cannot close it: such a reset says nothing of the
/// program.
struct CloseNotifyAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.no-close-notify", "capture.tls.no-close-notify-by-client",
        "capture.tls.no-close-notify-by-server",
    ]

    private var either = Tally()
    private var byClient = Tally()
    private var byServer = Tally()

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.version != 0, f.flow.closeBegan,
            f.client.tls.state == .opaque, f.server.tls.state == .opaque,
            f.isWhole, !f.wasForgotten
        else { return }
        // A side that closes after the peer's close_notify cuts nothing short.
        let other = f.flow.directions[1 - Int(f.firstClose.direction)]
        let othersVerdict = f.close(1 - Int(f.firstClose.direction))
        if othersVerdict.isPolite,
            other.lastPayloadTime <= f.firstClose.time
        {
            return
        }
        let closer = f.flow.directions[Int(f.firstClose.direction)].tls
        let endsInside = closer.remaining > 0 || closer.headerCount > 0
        if tls.isTLS13, !endsInside, !closer.saidOnlyFinished { return }
        either.opportunities += 1
        byClient.opportunities += f.closedByClient ? 1 : 0
        byServer.opportunities += f.closedByClient ? 0 : 1
        let verdict = f.close(Int(f.firstClose.direction))
        guard verdict == .fin || verdict == .rst else { return }
        let place = f.place(f.firstClose.packet, f.firstClose.time)
        either.add(place)
        if f.closedByClient { byClient.add(place) } else { byServer.add(place) }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        func share(_ tally: Tally) -> String {
            "\(tally.count) of \(counted(tally.opportunities, "TLS connection"))"
        }
        return either.evidence(
            "capture.tls.no-close-notify", capture,
            present: "\(share(either)) ended without close_notify of the side that closed first",
            absent: "the side that closed first said close_notify every time")
            + byClient.evidence(
                "capture.tls.no-close-notify-by-client", capture,
                present: "the client ended \(share(byClient)) that it closed without close_notify",
                absent: "clients that closed first said close_notify",
                measure: percent(byClient.count, of: byClient.opportunities))
            + byServer.evidence(
                "capture.tls.no-close-notify-by-server", capture,
                present: "the server ended \(share(byServer)) that it closed without close_notify",
                absent: "servers that closed first said close_notify",
                measure: percent(byServer.count, of: byServer.opportunities))
    }
}

extension FlowFacts {
    /// The first that ends the connection is the RST of somebody who does not know it: without ACK,
    /// as the answer to a segment that has one (RFC 9293 §3.5.2, group 1). A program that aborts
    /// has its system send RST and ACK.
    fileprivate var wasForgotten: Bool {
        let reset = rare(Int(firstClose.direction)).reset
        return firstClose.isReset && reset.packet == firstClose.packet && !reset.withACK
    }
}
