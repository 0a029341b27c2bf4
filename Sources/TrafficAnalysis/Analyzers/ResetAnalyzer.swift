internal import Casebook

/// Who sent RST, in which shape, and what it cut. Most RSTs are everyday ends of connections that
/// had been closed already; those do not count (lab of the project, trap 0.1).
struct ResetAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.reset-by-client", "capture.tcp.reset-by-server-after-request",
        "capture.tcp.reset-midstream", "capture.tcp.reset-ttl-foreign",
        "capture.tcp.reset-cuts-data", "capture.tcp.reset-after-own-fin-data",
    ]

    private var byClient = Tally()
    private var byServer = Tally()
    private var midstream = Tally()
    private var midstreamByClient = 0
    private var foreign = Tally()
    private var cutting = Tally()
    private var afterFIN = Tally()

    mutating func visit(_ f: FlowFacts) {
        // How a side ended of which bytes are missing, or whose records are lost from sight, nobody
        // can say.
        let asked = f.client.payloadBytes > 0
        let requestsAreRead = f.client.tls.state != .lost
        let talked =
            asked && f.server.payloadBytes > 0 && requestsAreRead && f.server.tls.state != .lost
            && f.isWhole
        byClient.opportunities += asked && f.clientBytes == .whole && f.answersAreRead ? 1 : 0
        byServer.opportunities +=
            asked && f.isWhole && (requestsAreRead || f.server.payloadBytes == 0) ? 1 : 0
        midstream.opportunities += talked ? 1 : 0
        cutting.opportunities += talked ? 1 : 0
        guard f.hasRare else { return }
        for d in 0...1 {
            let reset = f.rare(d).reset
            guard reset.packet != 0 else { continue }
            visit(reset, direction: d, f, talked: talked)
        }
    }

    private mutating func visit(
        _ reset: ResetFacts, direction d: Int, _ f: FlowFacts, talked: Bool
    ) {
        let place = f.place(reset.packet, reset.time)
        let isClient = d == f.flow.client
        let first = f.firstClose.isReset && Int(f.firstClose.direction) == d
        visitForeign(reset, direction: d, f, place)
        if reset.afterOwnFIN {
            afterFIN.opportunities += 1
            if f.flow.directions[1 - d].has.contains(.payloadAfterPeerFIN) { afterFIN.add(place) }
        }
        if isClient {
            let inTransfer =
                f.closedByClient && f.server.has.contains(.payloadAfterPeerFIN) && f.tls == nil
                && f.client.lastMessageTime > 0 && f.clientBytes == .whole && f.answersAreRead
                && !f.asksNothing
            if f.cancelled || inTransfer { byClient.add(place) }
        } else if first, f.isWhole, answersRequest(reset, f) {
            byServer.add(place)
        }
        guard first, talked, !endedPolitely(f), !(isClient && hasAnswer(f)) else { return }
        midstream.add(place)
        if isClient { midstreamByClient += 1 }
        if reset.ownPayloadUnacknowledged, 0...50_000_000 ~= reset.sinceOwnPayload {
            cutting.add(place)
        }
    }

    /// Within 100 ms of a request, or of the client's very first bytes (a ClientHello).
    private func answersRequest(_ reset: ResetFacts, _ f: FlowFacts) -> Bool {
        let first =
            f.server.payloadBytes == 0 && 0...100_000_000 ~= reset.sincePeerPayload
        return first
            || Int(f.firstClose.askedBy) == f.flow.client && f.client.lastMessageTime > 0
                && 0...100_000_000 ~= f.firstClose.sinceMessage
    }

    /// The client has what it asked for, by Content-Length: a proxy that ends an idle connection by
    /// RST keeps its port out of TIME_WAIT (HAProxy does).
    private func hasAnswer(_ f: FlowFacts) -> Bool {
        guard let end = f.bodyEnd(f.flow.server) else { return false }
        return end == f.server.next && f.client.highestACK == end
            && f.server.lastMessageTime > f.client.lastMessageTime
    }

    /// One side had said close_notify, or why it ends.
    private func endedPolitely(_ f: FlowFacts) -> Bool {
        guard f.tls != nil else { return false }
        return f.close(0).isPolite || f.close(1).isPolite || f.wasRefused
    }

    private mutating func visitForeign(
        _ reset: ResetFacts, direction d: Int, _ f: FlowFacts, _ place: Place
    ) {
        let own = f.flow.directions[d]
        guard own.packets > UInt32(own.rst) else { return }
        foreign.opportunities += 1
        if f.hasForeignTTL(reset, direction: d) { foreign.add(place) }
    }

    private var midstreamSides: String {
        switch midstreamByClient {
        case midstream.count: "the client"
        case 0: "the server"
        default: "the client (\(midstreamByClient)) or the server"
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        byClient.evidence(
            "capture.tcp.reset-by-client", capture,
            present: "the client reset \(counted(byClient.count, "connection")) of "
                + "\(byClient.opportunities) while the answer was pending or in transfer",
            absent: "no client reset a connection with an answer pending",
            measure: percent(byClient.count, of: byClient.opportunities))
            + byServer.evidence(
                "capture.tcp.reset-by-server-after-request", capture,
                present:
                    "the server's address reset \(counted(byServer.count, "connection")) within "
                    + "100 ms of the request",
                absent: "no request was answered by RST",
                measure: percent(byServer.count, of: byServer.opportunities))
            + midstream.evidence(
                "capture.tcp.reset-midstream", capture,
                present:
                    "\(counted(midstream.count, "connection")) that carried data both ways ended "
                    + "by RST of \(midstreamSides) without FIN or close_notify",
                absent: "connections that carried data ended in an orderly way")
            + foreign.evidence(
                "capture.tcp.reset-ttl-foreign", capture,
                present:
                    "\(counted(foreign.count, "RST")) came with a TTL 3 or more away from their "
                    + "sender's other packets: somebody else sent them",
                absent: "every RST had its sender's TTL")
            + cutting.evidence(
                "capture.tcp.reset-cuts-data", capture,
                present:
                    "\(counted(cutting.count, "RST")) followed the sender's own unacknowledged "
                    + "data within 50 ms",
                absent: "no RST cut its sender's own data")
            + afterFIN.evidence(
                "capture.tcp.reset-after-own-fin-data", capture,
                present:
                    "on \(counted(afterFIN.count, "connection")) data came after the FIN and was "
                    + "answered by RST",
                absent: "no data after a FIN was answered by RST")
    }
}
