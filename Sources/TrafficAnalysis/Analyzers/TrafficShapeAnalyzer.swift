internal import Casebook
internal import Dissection

/// What the traffic consists of as a whole: checks, storms, one side only.
struct TrafficShapeAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.check-traffic-dominates", "capture.tcp.connect-rate-multiplied",
        "capture.tcp.one-direction-only", "capture.tcp.half-handshakes-many",
        "capture.tcp.opens-at-regular-times",
    ]

    /// The rate of connections is counted in an eighth of the capture's time, at most 10 s and at
    /// least 1 s.
    private func bucket(_ capture: CaptureContext) -> Int64 {
        min(max((capture.last - capture.first) / 8, 1_000_000_000), 10_000_000_000)
    }

    /// One connection whose SYN was seen.
    struct Opening {
        /// Of the first packet, with its time.
        var place: Place
        var pair: UInt32
        var isCheck: Bool
        var isComplete: Bool
    }

    private var openings = Chunked<Opening>()
    private(set) var connections: [Endpoint: Int] = [:]
    private var servers: [IPAddress: (flows: Int, oneSided: Tally)] = [:]

    mutating func visit(_ f: FlowFacts) {
        servers[f.endpoint.address, default: (0, Tally())].flows += 1
        let place = f.place(f.flow.firstPacket, f.flow.firstTime)
        let goesOn = !f.flow.seen.contains(.syn) || f.client.packets > UInt32(f.client.syn)
        if f.client.packets == 0 || f.server.packets == 0, goesOn {
            servers[f.endpoint.address]?.oneSided.add(place)
        }
        guard f.flow.seen.contains(.syn) else { return }
        connections[f.endpoint, default: 0] += 1
        // A check: no request was ever made on it.
        let isCheck = f.isEstablished && f.client.lastMessageTime == 0
        openings.append(
            Opening(
                place: place, pair: f.pairNumber, isCheck: isCheck, isComplete: f.isEstablished))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        let sources = grouped(openings, by: \.pair, then: { $0.place < $1.place })
        return checks(sources, capture) + rate(sources, capture) + direction(capture)
            + halfHandshakes(sources, capture) + regular(sources, capture)
    }

    private func checks(
        _ sources: [ArraySlice<Opening>], _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = Tally()
        var share = 0.0
        tally.opportunities = connections.values.count { $0 >= 10 }
        for source in sources {
            guard let first = source.first else { continue }
            let all = connections[capture.pair(first.pair).server] ?? 0
            let checks = source.count(where: \.isCheck)
            guard all >= 10, checks * 2 >= all,
                SilentFlowAnalyzer.period(source.map(\.place.time)) != nil
            else { continue }
            tally.add(first.place)
            share = max(share, Double(checks) * 100 / Double(all))
        }
        return tally.evidence(
            "capture.tcp.check-traffic-dominates", capture,
            present: "\(share.rounded()) % of the connections to a server are checks from one "
                + "source at regular times",
            absent: "checks are not the most of the connections",
            measure: Evidence.Measure(value: share.rounded(), unit: "percent"))
    }

    private func rate(
        _ sources: [ArraySlice<Opening>], _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = Tally()
        let bucket = bucket(capture)
        guard capture.last - capture.first >= 6 * bucket else { return [] }
        var counts: [Int64: Int] = [:]
        for opening in sources.joined() {
            counts[(opening.place.time - capture.first) / bucket, default: 0] += 1
        }
        // Most buckets of a quiet capture are empty; then one connection a bucket is the usual.
        let buckets = (capture.last - capture.first) / bucket + 1
        let isBusy = Int64(counts.count) * 2 > buckets
        let usual = isBusy ? max(median(counts.values.map(Int64.init)), 1) : 1
        guard let (at, peak) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
            return []
        }
        tally.opportunities = 1
        let from = capture.first + at * bucket
        let fast = sources.filter { source in
            let times = source.map(\.place.time).filter { from..<(from + bucket) ~= $0 }.sorted()
            return zip(times.dropFirst(), times).contains { $0 - $1 < 1_000_000_000 }
        }
        if peak >= 10, Int64(peak) >= 3 * usual, !fast.isEmpty {
            for source in fast.compactMap(\.first) { tally.add(source.place) }
        }
        return tally.evidence(
            "capture.tcp.connect-rate-multiplied", capture,
            present:
                "connections came up to \(Int64(peak) / usual) times as fast as usual, with less "
                + "than "
                + "1 s between a client's tries",
            absent: "the rate of new connections did not multiply",
            measure: Evidence.Measure(value: Double(Int64(peak) / usual), unit: "count"))
    }

    /// Per server address: a firewall on an asymmetric path sees one direction of some hosts only.
    private func direction(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var flows = 0
        for (_, server) in servers.sorted(by: { $0.key < $1.key }) where server.flows >= 3 {
            tally.opportunities += 1
            guard server.oneSided.count * 10 >= server.flows * 9 else { continue }
            flows += server.flows
            for place in server.oneSided.places { tally.add(place) }
        }
        return tally.evidence(
            "capture.tcp.one-direction-only", capture,
            present: "of nearly all \(flows) connections to a server only one direction is in the "
                + "capture", absent: "both directions are in the capture",
            measure: percent(tally.count, of: flows))
    }
}
