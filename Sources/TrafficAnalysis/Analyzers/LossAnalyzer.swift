internal import Casebook

/// How much was sent again, in which directions, and what asked for it.
struct LossAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.retransmit-share-high", "capture.tcp.timeout-retransmits",
        "capture.tcp.loss-both-directions", "capture.tcp.retransmit-one-way",
    ]

    private var clientRepeats = Tally()
    private var serverRepeats = Tally()
    private var timeouts = Tally()
    private var talked = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.client.payloadBytes > 0, f.server.packets > 0 else { return }
        talked += 1
        guard f.hasRare else { return }
        if f.clientRare.hasRepeated {
            clientRepeats.add(f.place(f.clientRare.firstRetransmissionPacket))
        }
        if f.serverRare.hasRepeated {
            serverRepeats.add(f.place(f.serverRare.firstRetransmissionPacket))
        }
        for d in 0...1 {
            let side = f.rare(d)
            timeouts.add(
                f.place(side.firstRetransmissionPacket), times: Int(side.timeoutRetransmissions))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        share(capture) + direction(capture)
    }

    private func share(_ capture: CaptureContext) -> [Evidence] {
        let total = capture.payloadPackets
        let repeated = capture.repeatedPayloadPackets
        let percent = total == 0 ? 0 : Double(repeated) * 100 / Double(total)
        var high = Tally()
        high.opportunities = total >= 1000 ? 1 : 0
        if total >= 1000, percent >= 1 {
            for place in clientRepeats.places + serverRepeats.places { high.add(place) }
        }
        var late = timeouts
        late.opportunities = talked
        let rounded = (percent * 10).rounded() / 10
        return high.evidence(
            "capture.tcp.retransmit-share-high", capture,
            present: "\(rounded) % of \(total) payload segments were sent again",
            absent: "\(rounded) % of \(total) payload segments were sent again",
            measure: Evidence.Measure(value: rounded, unit: "percent"))
            + late.evidence(
                "capture.tcp.timeout-retransmits", capture,
                present: "\(counted(timeouts.count, "segment")) were repeated after 200 ms or more "
                    + "that no duplicate ACKs had asked for",
                absent: "no segment had to wait for a retransmission timeout", atLeast: 3)
    }

    private func direction(_ capture: CaptureContext) -> [Evidence] {
        let (c, s) = (clientRepeats.count, serverRepeats.count)
        var both = Tally()
        both.opportunities = talked >= 3 ? 1 : 0
        var oneWay = both
        if c >= 2, s >= 2, c + s >= 4 {
            for place in clientRepeats.places + serverRepeats.places { both.add(place) }
        } else if max(c, s) >= 3, min(c, s) == 0 {
            for place in (c > 0 ? clientRepeats : serverRepeats).places { oneWay.add(place) }
        }
        let side = c > 0 ? "client" : "server"
        return both.evidence(
            "capture.tcp.loss-both-directions", capture,
            present:
                "both sides had to repeat data, the client on \(counted(c, "connection")), the "
                + "server on \(s): loss that takes any packet",
            absent: "not both sides had to repeat data")
            + oneWay.evidence(
                "capture.tcp.retransmit-one-way", capture,
                present:
                    "only the \(side)s had to repeat data, on \(counted(max(c, s), "connection"))",
                absent: "repeats, if any, were not of one side alone")
    }
}
