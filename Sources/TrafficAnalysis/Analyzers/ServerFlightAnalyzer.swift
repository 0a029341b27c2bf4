internal import Casebook

/// Server flights that come late, and those that are lost on the way.
struct ServerFlightAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.slow-server-flight", "capture.tls.server-flight-lost",
    ]

    static let slow: Int64 = 1_000_000_000

    private var late = Tally()
    private var lost = Tally()
    private var longest: Int64 = 0
    /// A ClientHello waited that long, and nobody knows how long it would have been.
    private var waitedInVain = false

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.clientHellos > 0 else { return }
        visitGap(f)
        guard tls.serverRecordTime != 0 else {
            if f.end - tls.clientHelloTime >= Self.slow { waitedInVain = true }
            return
        }
        // From when its TCP had it: on a long path an answer cannot come sooner.
        let wait =
            tls.serverRecordTime - tls.clientHelloTime - Int64(tls.helloACKDelay) * 1000
        late.opportunities += f.serverIsVisible ? 1 : 0
        if f.serverIsVisible, wait >= Self.slow, !f.clientRare.hasRepeated {
            late.add(
                f.place(tls.serverRecordPacket, tls.serverRecordTime))
            longest = max(longest, wait)
        }
        lost.opportunities += 1
        guard f.hasRare else { return }
        let run = f.serverRare.longestRun
        guard run.repeats >= 2,
            Int32(bitPattern: f.client.highestACK &- run.sequence) <= 0
        else { return }
        lost.add(f.place(run.firstPacket))
    }

    /// At the receiver: later bytes of the flight came, earlier ones never did, and the client's
    /// ACK stayed before the gap.
    private mutating func visitGap(_ f: FlowFacts) {
        guard let gap = f.lists?.sides[f.flow.server].holes.gaps.first,
            gap.from == f.client.highestACK,
            f.client.lastPayloadTime <= f.server.firstPayloadTime
        else { return }
        lost.add(f.place(f.server.firstPayloadPacket, f.server.firstPayloadTime))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var late = late
        if waitedInVain { late.opportunities = 0 }
        return late.evidence(
            "capture.tls.slow-server-flight", capture,
            present: "\(counted(late.count, "ClientHello")) answered only after 1 s or more, the "
                + "slowest after \(duration(longest))",
            absent: "every answered ClientHello was answered within 1 s",
            measure: measured(longest))
            + lost.evidence(
                "capture.tls.server-flight-lost", capture,
                present: "segments of the server's handshake were lost on "
                    + "\(counted(lost.count, "connection")): repeated and never acknowledged, or "
                    + "a gap "
                    + "before later bytes that was never filled",
                absent: "no server flight was repeated without an acknowledgement")
    }
}

extension RareDirection {
    /// Something of this side was sent more than once.
    var hasRepeated: Bool { firstRetransmissionPacket != 0 || loss.lostBefore > 0 }
}
