internal import Casebook

/// A source that was served, cancelled requests, and is then shut out: block pages or silence.
struct SourceBlockAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.http.block-page", "capture.tcp.source-blocked-after-resets",
        "capture.tcp.others-served-during-block",
    ]

    private enum Event {
        case cancelled, shutOut
        /// SYN answered by RST: a closed port, unless the source was served there before.
        case refused

        var isShut: Bool { self == .shutOut || self == .refused }
    }

    private let capture: CaptureContext
    private var pages = Tally()
    private var phrase = ""
    private var sources: [Pair: Source] = [:]

    /// What befell one source at one server. Of the times it was served only the last few are
    /// kept: they are the most, and three tell all.
    private struct Source {
        var events: [(time: Int64, event: Event, place: Place)] = []
        var servedLately: [Int64] = []

        mutating func serve(_ time: Int64) {
            if servedLately.count == 4 { servedLately.removeFirst() }
            servedLately.append(time)
        }
    }

    init(_ capture: CaptureContext) { self.capture = capture }

    mutating func visit(_ f: FlowFacts) {
        pages.opportunities += f.flow.seen.contains(.httpResponse) ? 1 : 0
        let open = f.place(f.flow.firstPacket, f.flow.firstTime)
        if let page = f.rare?.blockPage {
            let place = f.place(page.packet, page.time)
            pages.add(place)
            if phrase.isEmpty { phrase = page.phrase }
            sources[f.pair, default: Source()].events.append((page.time, .shutOut, place))
        } else if f.server.packets == 0 {
            guard f.flow.seen.contains(.syn), f.client.syn >= 2, !capture.isOneSided else { return }
            sources[f.pair, default: Source()].events.append((f.flow.firstTime, .shutOut, open))
        } else if f.serverRare?.reset.answersSYN == true {
            sources[f.pair, default: Source()].events.append((f.flow.firstTime, .refused, open))
        } else if f.cancelled {
            sources[f.pair, default: Source()].events.append((f.flow.close.time, .cancelled, open))
        } else if f.server.payloadBytes > 0 {
            sources[f.pair, default: Source()].serve(f.flow.firstTime)
        }
    }

    func conclude() -> [Evidence] {
        pages.evidence(
            "capture.http.block-page", capture,
            present:
                "\(counted(pages.count, "response")) in clear hold a block text "
                + "(\u{201C}\(phrase)\u{201D})",
            absent: "no response in clear held a block text") + blocked
    }

    private var blocked: [Evidence] {
        var tally = Tally()
        var others = Tally()
        var served = 0
        var before = 0
        var source = ""
        let cancelling = sources.filter {
            $0.value.events.count { $0.event == .cancelled } >= 3
        }
        for pair in cancelling.keys.sorted() {
            guard let seen = sources[pair] else { continue }
            let ordered = seen.events.sorted { $0.time < $1.time }
            tally.opportunities += 1
            guard let start = ordered.firstIndex(where: { $0.event.isShut }) else { continue }
            let count = ordered[..<start].count { $0.event == .cancelled }
            // A request that could be cancelled shows that the source was let through before.
            guard count >= 3 else { continue }
            before = max(before, count)
            source = "\(pair.client)"
            for event in ordered[start...] where event.event.isShut { tally.add(event.place) }
            let elsewhere = servedElsewhere(pair, since: ordered[start].time)
            if elsewhere > 0 { others.opportunities += 1 }
            let isShut = (seen.servedLately.last ?? .min) < ordered[start].time
            guard isShut, ordered[start...].count >= 2, elsewhere >= 3 else { continue }
            served = max(served, elsewhere)
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
                    + "\(served) answers or more from the same server",
                absent: "no source was shut out while others were served",
                measure: Evidence.Measure(value: Double(served), unit: "count"))
    }

    /// Answers of the same server to other clients from `since` on, counting no more than the last
    /// four of each.
    private func servedElsewhere(_ pair: Pair, since: Int64) -> Int {
        sources.filter { $0.key.server == pair.server && $0.key.client != pair.client }
            .reduce(0) { $0 + $1.value.servedLately.count { $0 >= since } }
    }
}
