internal import Casebook

/// Changes of TTL and MAC inside one direction of one flow.
struct PathAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.ttl-shift", "capture.tcp.flow-changes-mac",
        "capture.tcp.sender-uses-two-next-hops", "capture.tcp.loss-follows-next-hop",
    ]

    private var ttl = Tally()
    private var mac = Tally()
    private var twoHops = Tally()
    private var lossFollows = Tally()
    private var splitWithLoss = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.client.packets + f.server.packets > 2 else { return }
        ttl.opportunities += 1
        let first = f.clientMACs
        let hasMAC = first.source != 0 && first.destination != 0
        if hasMAC {
            mac.opportunities += 1
            twoHops.opportunities += 1
        }
        guard f.hasRare else { return }
        for d in 0...1 { visit(f, direction: d, hasMAC: hasMAC) }
    }

    private mutating func visit(_ f: FlowFacts, direction d: Int, hasMAC: Bool) {
        let side = f.rare(d)
        let links = f.lists?.sides[d].links ?? []
        if side.firstTTLShiftPacket != 0 {
            ttl.add(f.place(side.firstTTLShiftPacket))
        }
        guard hasMAC, let other = links.first else { return }
        mac.add(f.place(other.firstPacket))
        let sender = f.flow.directions[d]
        let hops = Self.nextHops(f.macs(d), side, links)
        guard let split = hops.first(where: { $0.count >= 2 }) else { return }
        twoHops.add(f.place(split[1].firstPacket))
        let lossy = Self.lossy(split, sender, peer: f.flow.directions[1 - d])
        guard !lossy.isEmpty else { return }
        splitWithLoss += 1
        if lossy.count < split.count {
            lossFollows.add(
                f.place(max(side.firstRetransmissionPacket, lossy[0].firstPacket)))
        }
    }

    /// The next hops beyond which packets vanished: those whose packets had to be repeated, or, when
    /// nothing this side sent was ever acknowledged, those that got its payload.
    private static func lossy(
        _ hops: [LinkUse], _ sender: Direction, peer: Direction
    ) -> [LinkUse] {
        let repeated = hops.filter { $0.retransmitted > 0 }
        guard repeated.isEmpty, sender.has.contains(.data),
            Int32(bitPattern: peer.highestACK &- sender.base) <= 0
        else { return repeated }
        return hops.filter { $0.payloadPackets > 0 }
    }

    /// The uses of links by source MAC, each with its next hops, the first packet's first.
    private static func nextHops(
        _ macs: MACPair, _ side: RareDirection, _ links: [LinkUse]
    ) -> [[LinkUse]] {
        var first = LinkUse(macs: macs, packets: 1)
        // What was not repeated over another link was repeated over the first.
        let elsewhere = links.reduce(0) { $0 + $1.retransmitted }
        first.retransmitted = side.repeatedSegments - min(elsewhere, side.repeatedSegments)
        var groups: [[LinkUse]] = [[first]]
        for link in links {
            if let index = groups.firstIndex(where: { $0[0].macs.source == link.macs.source }) {
                groups[index].append(link)
            } else {
                groups.append([link])
            }
        }
        return groups
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var lossFollows = lossFollows
        lossFollows.opportunities = splitWithLoss
        return ttl.evidence(
            "capture.tcp.ttl-shift", capture,
            present:
                "on \(counted(ttl.count, "connection")) the TTL of one side's packets changed by "
                + "2 or more: more than one box speaks for it, or its path changed",
            absent: "every side kept its TTL")
            + mac.evidence(
                "capture.tcp.flow-changes-mac", capture,
                present:
                    "on \(counted(mac.count, "connection")) the packets of one direction carried "
                    + "more than one pair of MAC addresses",
                absent: "every direction kept its MAC addresses")
            + twoHops.evidence(
                "capture.tcp.sender-uses-two-next-hops", capture,
                present: "on \(counted(twoHops.count, "connection")) one sender's packets of one "
                    + "direction went to two next hops",
                absent: "no sender used two next hops within one connection")
            + lossFollows.evidence(
                "capture.tcp.loss-follows-next-hop", capture,
                present:
                    "on \(lossFollows.count) of \(counted(splitWithLoss, "split connection")) with "
                    + "repeats, all that had to be repeated had gone to one of the two next hops",
                absent: "repeats went to both next hops alike",
                measure: percent(lossFollows.count, of: splitWithLoss))
    }
}
