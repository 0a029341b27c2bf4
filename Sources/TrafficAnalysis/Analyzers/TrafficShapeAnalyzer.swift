internal import Casebook
internal import Dissection

/// What the traffic consists of as a whole: checks, storms, one side only.
struct TrafficShapeAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.check-traffic-dominates", "capture.tcp.connect-rate-multiplied",
        "capture.tcp.one-direction-only", "capture.tcp.half-handshakes-many",
        "capture.tcp.opens-at-regular-times", "capture.tcp.syns-fail-by-turns",
        "capture.tcp.answered-when-another-ends",
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
        /// Hundredths of a second from here to its last packet, or to the server's close,
        /// rounded up; the most where it was not closed.
        var lasted: UInt16
        var outcome: Outcome

        enum Outcome: UInt8 {
            case noHandshake
            /// Refused, or three SYNs without any answer.
            case shut
            /// No request was ever made on it, as far as it could be read.
            case check
            /// The request got nothing, the handshake of TLS was refused, or the connection was reset.
            case inVain
            case answered
        }

        static let hundredth: Int64 = 10_000_000

        var isComplete: Bool { outcome != .noHandshake && outcome != .shut }
        var isInVain: Bool { !isComplete || outcome == .inVain }

        var end: Int64 {
            lasted == .max ? .max : place.time + Int64(lasted) * Self.hundredth
        }
    }

    private var openings = Chunked<Opening>()
    /// By server.
    private(set) var connections = ByNumber(initially: 0)
    private var flows = ByNumber(initially: 0)
    private var oneSided: [UInt32: Tally] = [:]
    /// By server.
    private(set) var lateAnswers: [UInt32: [LateFirstAnswer]] = [:]

    mutating func visit(_ f: FlowFacts) {
        flows[f.serverNumber] += 1
        let place = f.place(f.flow.firstPacket, f.flow.firstTime)
        let goesOn = !f.flow.seen.contains(.syn) || f.client.packets > UInt32(f.client.syn)
        if f.client.packets == 0 || f.server.packets == 0, goesOn {
            oneSided[f.serverNumber, default: Tally()].add(place)
        }
        guard f.flow.seen.contains(.syn) else { return }
        connections[f.serverNumber] += 1
        let isOver = f.flow.closeBegan || !f.isEstablished
        let end = f.closedByServer ? f.firstClose.time : f.flow.lastTime
        let lasted = (end - f.flow.firstTime) / Opening.hundredth + 1
        openings.append(
            Opening(
                place: place, pair: f.pairNumber, lasted: isOver ? UInt16(clamping: lasted) : .max,
                outcome: Self.outcome(f)))
        noteLateAnswer(f)
    }

    private mutating func noteLateAnswer(_ f: FlowFacts) {
        let (asked, answered) = (f.client.firstPayloadTime, f.server.firstPayloadTime)
        guard asked != 0, answered - asked >= Self.late, !f.clientRare.hasRepeated,
            !(f.closedByClient && f.firstClose.time < answered)
        else { return }
        lateAnswers[f.serverNumber, default: []].append(
            LateFirstAnswer(
                place: f.place(f.server.firstPayloadPacket, answered), opened: f.flow.firstTime,
                asked: asked, isHello: f.tls != nil || f.client.tls.state == .lost))
    }

    private static func outcome(_ f: FlowFacts) -> Opening.Outcome {
        if !f.isEstablished {
            let isSilent = f.server.packets == 0 && f.client.syn >= 3
            return isSilent || f.serverRare.reset.answersSYN ? .shut : .noHandshake
        }
        if f.wasRefused { return .inVain }
        if f.client.lastMessageTime == 0, f.client.tls.state != .lost { return .check }
        let isReset = f.flow.closeBegan && f.firstClose.isReset
        return f.server.payloadBytes == 0 || isReset ? .inVain : .answered
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        let sources = grouped(openings, by: \.pair, flow: \.place.flow)
        return checks(sources, capture) + rate(sources, capture) + direction(capture)
            + halfHandshakes(sources, capture) + regular(sources, capture)
            + turns(sources, capture) + slots(sources, capture)
    }

    private func checks(
        _ sources: [ArraySlice<Opening>], _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = Tally()
        var share = 0.0
        tally.opportunities = connections.all.count { $0 >= 10 }
        for source in sources {
            guard let first = source.first else { continue }
            let all = connections[capture.pairs[first.pair].server]
            let checks = source.count { $0.outcome == .check }
            guard all >= 10, checks * 2 >= all,
                SilentFlowAnalyzer.period(
                    source.filter { $0.outcome == .check }.map(\.place.time)) != nil
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
        let counts = openings(in: bucket, since: capture.first)
        // Most buckets of a quiet capture are empty; then one connection a bucket is the usual.
        let buckets = (capture.last - capture.first) / bucket + 1
        let isBusy = Int64(counts.count) * 2 > buckets
        let usual = isBusy ? max(median(counts.values.map(Int64.init)), 1) : 1
        guard let (at, peak) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
            return []
        }
        tally.opportunities = 1
        let from = capture.first + at * bucket
        if peak >= 10, Int64(peak) >= 3 * usual {
            let span = from..<(from + bucket)
            // What is usual is not known of a quiet capture: then only what was in vain is tried again.
            let tries = sources.map { Self.fastTries($0, span, ifInVain: !isBusy) }
            // Not where they are a few beside many that come side by side.
            if tries.reduce(0, +) * 2 >= peak {
                for (source, count) in zip(sources, tries) where count > 0 {
                    if let first = source.first { tally.add(first.place) }
                }
            }
        }
        return tally.evidence(
            "capture.tcp.connect-rate-multiplied", capture,
            present:
                "connections came up to \(Int64(peak) / usual) times as fast as usual, with less "
                + "than 1 s between the end of a client's try and its next",
            absent: "no client's tries multiplied the rate of new connections",
            measure: Evidence.Measure(value: Double(Int64(peak) / usual), unit: "count"))
    }

    /// How many in each bucket that has any.
    private func openings(in bucket: Int64, since first: Int64) -> [Int64: Int] {
        var counts: [Int64: Int] = [:]
        // Flows end near those that began with them.
        var run = (bucket: Int64(0), count: 0)
        for index in 0..<openings.count {
            let at = (openings[index].place.time - first) / bucket
            if at != run.bucket {
                counts[run.bucket, default: 0] += run.count
                run = (at, 0)
            }
            run.count += 1
        }
        counts[run.bucket, default: 0] += run.count
        return counts.filter { $0.value > 0 }
    }

    /// The connections of a source in `span`, where most come less than a second after another of
    /// its own was over: it tries again and again. A browser's come side by side.
    private static func fastTries(
        _ source: ArraySlice<Opening>, _ span: Range<Int64>, ifInVain: Bool
    ) -> Int {
        let count = source.count { span ~= $0.place.time }
        if count < 2 { return 0 }
        let ends = source.filter { $0.isInVain || !ifInVain }.map(\.end).sorted()
        var over = 0
        var fast = 0
        for opening in source where span ~= opening.place.time {
            while over < ends.count, ends[over] <= opening.place.time { over += 1 }
            if over > 0, opening.place.time - ends[over - 1] < 1_000_000_000 { fast += 1 }
        }
        return fast >= 2 && fast * 2 >= count ? count : 0
    }

    /// From one client to one port some connections open and some do not, by turns: what decides is
    /// neither the port nor the source, nor has it begun at one moment.
    private func turns(
        _ sources: [ArraySlice<Opening>], _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = Tally()
        var opened = 0
        var names: [String] = []
        for source in sources {
            let shut = source.count { $0.outcome == .shut }
            guard shut >= 3 else { continue }
            let tried = source.filter { $0.outcome == .shut || $0.isComplete }
            tally.opportunities += 1
            let turns = zip(tried, tried.dropFirst()).count { $0.isComplete != $1.isComplete }
            guard turns >= 4, let pair = tried.first?.pair else { continue }
            for opening in tried where opening.outcome == .shut { tally.add(opening.place) }
            opened += tried.count - shut
            names.append("\(capture.pair(pair).client) to \(capture.pair(pair).server.description)")
        }
        return tally.evidence(
            "capture.tcp.syns-fail-by-turns", capture,
            present: "from \(names.prefix(3).joined(separator: ", ")) "
                + "\(counted(tally.count, "connection")) got no answer or a refusal, and "
                + "\(opened) in between opened: what decides is neither the port nor the source",
            absent:
                "where SYNs failed, the others of the same client to the same port did as well, "
                + "or it began at one moment")
    }

    /// Per server address: a firewall on an asymmetric path sees one direction of some hosts only.
    private func direction(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var flows = 0
        var servers: [IPAddress: (flows: Int, oneSided: Tally)] = [:]
        for (number, count) in self.flows.all.enumerated() {
            let address = capture.servers[UInt32(number)].address
            servers[address, default: (0, Tally())].flows += count
            if let some = oneSided[UInt32(number)] { servers[address]?.oneSided.add(some) }
        }
        for (_, server) in servers.sorted(by: { $0.key < $1.key }) where server.flows >= 3 {
            tally.opportunities += 1
            guard server.oneSided.count * 10 >= server.flows * 9 else { continue }
            flows += server.flows
            tally.add(server.oneSided)
        }
        return tally.evidence(
            "capture.tcp.one-direction-only", capture,
            present: "of nearly all \(flows) connections to a server only one direction is in the "
                + "capture", absent: "both directions are in the capture",
            measure: percent(tally.count, of: flows))
    }
}
