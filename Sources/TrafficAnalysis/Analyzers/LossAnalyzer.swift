internal import Casebook

/// How much was sent again, in which directions, and what asked for it.
struct LossAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.retransmit-share-high", "capture.tcp.timeout-retransmits",
        "capture.tcp.loss-both-directions", "capture.tcp.retransmit-one-way",
    ]

    /// Connections that sent payload again, by side, for whatever reason.
    private var clientRepeats = Tally()
    private var serverRepeats = Tally()
    /// Connections that lost payload of that side.
    private var clientLoss = Loss()
    private var serverLoss = Loss()
    private var timeouts = Tally()
    private var talked = 0

    private struct Loss {
        var tally = Tally()
        /// Of these: nothing else explains them. What was sent again unasked may have arrived, and
        /// its ACK and the report that it came twice were lost.
        var certain = 0
        /// Connections that sent something again without need: ACKs are lost, or segments reordered.
        var needless = 0
        /// Connections with gaps that were filled by what was sent later.
        var filled = 0
        /// Where needless repeats are usual, one that was not reported may be needless, too.
        var isCredible: Bool {
            tally.count == 0 || filled >= 2 || tally.count >= needless
        }
    }

    mutating func visit(_ f: FlowFacts) {
        guard f.client.payloadBytes > 0, f.server.packets > 0 else { return }
        talked += 1
        guard f.hasRare else { return }
        Self.note(f, f.clientRare, &clientRepeats, &clientLoss)
        Self.note(f, f.serverRare, &serverRepeats, &serverLoss)
        for d in 0...1 {
            let side = f.rare(d)
            timeouts.add(
                f.place(side.firstTimeoutPacket), times: Int(side.timeoutRetransmissions))
        }
    }

    private static func note(
        _ f: FlowFacts, _ side: RareDirection, _ repeats: inout Tally, _ lost: inout Loss
    ) {
        if side.loss.firstPacket == 0 { return }
        repeats.add(f.place(side.loss.firstPacket))
        if side.needless > 0 { lost.needless += 1 }
        guard side.loss.lostBefore > 0 || side.lostAfter > 0 else { return }
        lost.tally.add(f.place(side.loss.firstPacket))
        // Of reports, too, some are lost: where half of the repeats had arrived, maybe all had.
        let isCertain =
            side.loss.lostBefore > 0 || side.longestRun.repeats >= 3 && side.needless == 0
            || f.reportsWhatCameTwice && side.loss.askedFor / 2 >= side.needless
                && side.loss.askedFor > 0
        if isCertain { lost.certain += 1 }
        if side.loss.lostBefore > 0 { lost.filled += 1 }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        share(capture) + direction(capture)
    }

    private func share(_ capture: CaptureContext) -> [Evidence] {
        let total = capture.payloadSegments
        let repeated = capture.repeatedPayloadSegments
        let percent = total == 0 ? 0 : Double(repeated) * 100 / Double(total)
        var high = Tally()
        high.opportunities = total >= 1000 ? 1 : 0
        if total >= 1000, percent >= 1 {
            high.add(clientRepeats)
            high.add(serverRepeats)
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
                present: "retransmission timers fired \(timeouts.count) times: nothing for 200 ms "
                    + "or more, then the same bytes again",
                absent: "no retransmission timer fired, or hardly any", atLeast: 3)
    }

    /// Which way payload is lost. Who repeats does not tell: where ACKs are lost, the other side
    /// repeats what had arrived.
    private func direction(_ capture: CaptureContext) -> [Evidence] {
        let (c, s) = (clientLoss.tally.count, serverLoss.tally.count)
        let (more, less) = c > s ? (clientLoss, serverLoss) : (serverLoss, clientLoss)
        var both = Tally()
        both.opportunities = talked >= 3 ? 1 : 0
        var oneWay = both
        if !more.isCredible {
            (both.opportunities, oneWay.opportunities) = (0, 0)
        } else if less.tally.count * 5 <= more.tally.count, less.certain * 20 <= more.tally.count {
            if more.tally.count >= 3 { oneWay.add(more.tally) }
        } else if less.certain >= 2, less.isCredible, c + s >= 4 {
            both.add(clientLoss.tally)
            both.add(serverLoss.tally)
        } else if less.tally.count > 0 {
            (both.opportunities, oneWay.opportunities) = (0, 0)
        }
        return both.evidence(
            "capture.tcp.loss-both-directions", capture,
            present:
                "data of both sides was lost, of the client on \(counted(c, "connection")), of "
                + "the server on \(s): loss that takes any packet",
            absent: "data was not lost in both directions")
            + oneWay.evidence(
                "capture.tcp.retransmit-one-way", capture,
                present:
                    "only data of the \(c > s ? "client" : "server")s was lost, on "
                    + counted(more.tally.count, "connection")
                    + (less.tally.count == 0
                        ? "" : "; on \(less.tally.count) the other side may have lost some"),
                absent: "lost data, if any, was not of one side alone")
    }
}

extension RareDirection {
    /// Repeats of what had arrived: acknowledged before, or reported to have come twice.
    fileprivate var needless: UInt32 { max(spurious, loss.receivedTwice) }
    /// Repeats of what was lost after the capture's place.
    fileprivate var lostAfter: UInt32 { loss.repeated - min(loss.repeated, needless) }
}

extension FlowFacts {
    /// A receiver with SACK reports what it got twice (RFC 2883); without the SYNs nobody knows.
    fileprivate var reportsWhatCameTwice: Bool {
        !client.options.isKnown || !server.options.isKnown
            || client.options.sackPermitted && server.options.sackPermitted
    }
}
