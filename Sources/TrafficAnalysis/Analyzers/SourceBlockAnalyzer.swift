internal import Casebook

/// A source that was served, cancelled requests, and is then shut out: block pages or silence.
struct SourceBlockAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.http.block-page", "capture.tcp.source-blocked-after-resets",
        "capture.tcp.others-served-during-block",
    ]

    private enum Event {
        case cancelled, shutOut, silence
        /// SYN answered by RST: a closed port, unless the source was served there before.
        case refused

        var isShut: Bool { self != .cancelled }
    }

    private var pages = Tally()
    private var phrase: (text: String, packet: UInt32) = ("", .max)
    private var events: [UInt32: [(time: Int64, event: Event, place: Place)]] = [:]
    private var served = Chunked<Served>()

    /// When a source was let through and answered.
    fileprivate struct Served {
        var time: Int64
        var pair: UInt32
    }

    mutating func visit(_ f: FlowFacts) {
        pages.opportunities += f.flow.seen.contains(.httpResponse) ? 1 : 0
        let open = f.place(f.flow.firstPacket, f.flow.firstTime)
        if let page = f.lists?.blockPage {
            let place = f.place(page.packet, page.time)
            pages.add(place)
            if page.packet < phrase.packet { phrase = (page.phrase, page.packet) }
            events[f.pairNumber, default: []].append((page.time, .shutOut, place))
        } else if f.server.packets == 0 {
            guard f.flow.seen.contains(.syn), f.client.syn >= 2 else { return }
            events[f.pairNumber, default: []].append((f.flow.firstTime, .silence, open))
        } else if f.hasRare, f.serverRare.reset.answersSYN {
            events[f.pairNumber, default: []].append((f.flow.firstTime, .refused, open))
        } else if f.cancelled {
            events[f.pairNumber, default: []].append((f.firstClose.time, .cancelled, open))
        } else if f.server.payloadBytes > 0 {
            served.append(Served(time: f.flow.firstTime, pair: f.pairNumber))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        pages.evidence(
            "capture.http.block-page", capture,
            present:
                "\(counted(pages.count, "response")) in clear hold a block text "
                + "(\u{201C}\(phrase.text)\u{201D})",
            absent: "no response in clear held a block text") + blocked(capture)
    }

    private func blocked(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var others = Tally()
        var most = 0
        var before = 0
        var source = ""
        let cancelling = events.filter { $0.value.count { $0.event == .cancelled } >= 3 }
        let answers = Answers(
            served, at: Set(cancelling.keys.map { capture.pairs[$0].server }), capture)
        for (pair, seen) in cancelling.sorted(by: { capture.pair($0.key) < capture.pair($1.key) }) {
            // Silence of a one-sided capture is the capture's.
            let ordered = seen.filter { !capture.isOneSided || $0.event != .silence }
                .sorted { ($0.time, $0.place) < ($1.time, $1.place) }
            tally.opportunities += 1
            guard let start = ordered.firstIndex(where: { $0.event.isShut }) else { continue }
            let count = ordered[..<start].count { $0.event == .cancelled }
            // A request that could be cancelled shows that the source was let through before.
            guard count >= 3 else { continue }
            before = max(before, count)
            source = "\(capture.pairs[pair].client)"
            for event in ordered[start...] where event.event.isShut { tally.add(event.place) }
            let elsewhere = answers.elsewhere(pair, since: ordered[start].time)
            if elsewhere > 0 { others.opportunities += 1 }
            let isShut = !answers.has(pair, since: ordered[start].time)
            guard isShut, ordered[start...].count >= 2, elsewhere >= 3 else { continue }
            most = max(most, elsewhere)
            for event in ordered[start...] { others.add(event.place) }
        }
        return tally.evidence(
            "capture.tcp.source-blocked-after-resets", capture,
            present: "after \(before) cancelled requests \(source) was shut out: "
                + "\(counted(tally.count, "attempt")) met silence, a refusal or a block page",
            absent: "sources that cancelled requests were served afterwards",
            measure: Evidence.Measure(value: Double(before), unit: "count"))
            + others.evidence(
                "capture.tcp.others-served-during-block", capture,
                present: "while \(source) got no answer any more, other sources got "
                    + "\(most) answers from the same server",
                absent: "no source was shut out while others were served",
                measure: Evidence.Measure(value: Double(most), unit: "count"))
    }
}

/// The times at which some servers answered: to anybody, and to each client.
private struct Answers {
    private var byServer: [UInt32: [Int64]] = [:]
    private var byPair: [UInt32: [Int64]] = [:]
    private let serverOf: Interned<NumberedPair>

    init(
        _ served: Chunked<SourceBlockAnalyzer.Served>, at servers: Set<UInt32>,
        _ capture: CaptureContext
    ) {
        serverOf = capture.pairs
        if servers.isEmpty { return }
        for index in 0..<served.count {
            let (pair, time) = (served[index].pair, served[index].time)
            let server = serverOf[pair].server
            guard servers.contains(server) else { continue }
            byServer[server, default: []].append(time)
            byPair[pair, default: []].append(time)
        }
        for key in byServer.keys { byServer[key]?.sort() }
        for key in byPair.keys { byPair[key]?.sort() }
    }

    /// How many answers other clients got from the pair's server from `time` on.
    func elsewhere(_ pair: UInt32, since time: Int64) -> Int {
        Self.count(byServer[serverOf[pair].server], since: time)
            - Self.count(byPair[pair], since: time)
    }

    func has(_ pair: UInt32, since time: Int64) -> Bool {
        (byPair[pair]?.last ?? .min) >= time
    }

    private static func count(_ times: [Int64]?, since time: Int64) -> Int {
        guard let times else { return 0 }
        return times.count - times.partitioningIndex { $0 >= time }
    }
}
