internal import Casebook

/// A source that was served, cancelled requests, and is then shut out: block pages or silence.
struct SourceBlockAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.http.block-page", "capture.tcp.source-blocked-after-resets",
    ]

    private enum Event {
        case served, cancelled, shutOut
    }

    private let capture: CaptureContext
    private var pages = Tally()
    private var phrase = ""
    private var events: [Pair: [(time: Int64, event: Event, place: Evidence.Location)]] = [:]

    init(_ capture: CaptureContext) { self.capture = capture }

    mutating func visit(_ f: FlowFacts) {
        pages.opportunities += f.flow.seen.contains(.httpResponse) ? 1 : 0
        let open = f.location(capture.file, packet: f.flow.firstPacket, time: f.flow.firstTime)
        if let page = f.rare?.blockPage {
            let place = f.location(capture.file, packet: page.packet, time: page.time)
            pages.add(place)
            if phrase.isEmpty { phrase = page.phrase }
            events[f.pair, default: []].append((page.time, .shutOut, place))
        } else if f.server.packets == 0 {
            guard f.flow.seen.contains(.syn), f.client.syn >= 2, !capture.isOneSided else { return }
            events[f.pair, default: []].append((f.flow.firstTime, .shutOut, open))
        } else if f.cancelled {
            events[f.pair, default: []].append((f.flow.close.time, .cancelled, open))
        } else if f.server.payloadBytes > 0 {
            events[f.pair, default: []].append((f.flow.firstTime, .served, open))
        }
    }

    func conclude() -> [Evidence] {
        pages.evidence(
            "capture.http.block-page", capture,
            present: "\(counted(pages.count, "response")) in clear hold a block text (\u{201C}\(phrase)\u{201D})",
            absent: "no response in clear held a block text") + blocked
    }

    private var blocked: [Evidence] {
        var tally = Tally()
        var before = 0
        var source = ""
        for (pair, unordered) in events.sorted(by: { $0.key.sortKey < $1.key.sortKey }) {
            let ordered = unordered.sorted { $0.time < $1.time }
            let cancels = ordered.filter { $0.event == .cancelled }
            if cancels.count >= 3 { tally.opportunities += 1 }
            guard let start = ordered.firstIndex(where: { $0.event == .shutOut }) else { continue }
            let earlier = ordered[..<start]
            let count = earlier.count { $0.event == .cancelled }
            // A handshake that completed shows that the source was let through before.
            guard count >= 3 else { continue }
            before = max(before, count)
            source = "\(pair.client)"
            for event in ordered[start...] where event.event == .shutOut { tally.add(event.place) }
        }
        return tally.evidence(
            "capture.tcp.source-blocked-after-resets", capture,
            present: "after \(before) cancelled requests \(source) was shut out: "
                + "\(counted(tally.count, "attempt")) met silence or a block page",
            absent: "sources that cancelled requests were served afterwards",
            measure: Evidence.Measure(value: Double(before), unit: "count"))
    }
}
