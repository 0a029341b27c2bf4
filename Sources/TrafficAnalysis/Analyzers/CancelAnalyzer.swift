internal import Casebook

/// Clients that give up: a narrow peak of the time from request to close is a timer of theirs.
struct CancelAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.cancel-at-fixed-delay", "capture.tcp.client-gives-up-at-common-age",
    ]

    private struct Cancel {
        var delay: Int64
        var asked: Int64
        var place: Place
    }

    private var cancelled: [Cancel] = []
    private var neverAnswered: [Cancel] = []
    private var requests = 0
    private var unanswered = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.client.lastMessageTime > 0, f.answersAreRead, !f.asksNothing else { return }
        requests += 1
        if f.server.payloadBytes == 0, f.end - f.client.lastMessageTime >= 5_000_000_000 {
            unanswered += 1
        }
        // A close within 10 ms of the request is a half close or a probe, no timer.
        guard f.cancelled, f.firstClose.sinceMessage >= 10_000_000 else { return }
        let cancel = Cancel(
            delay: f.firstClose.sinceMessage, asked: f.client.lastMessageTime,
            place: f.place(f.firstClose.packet, f.firstClose.time))
        cancelled.append(cancel)
        if f.server.lastMessageTime <= f.client.lastMessageTime { neverAnswered.append(cancel) }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        // Of a one-sided capture nobody can say what was not answered.
        if capture.isOneSided { return [] }
        let peak = Self.peak(cancelled, tolerance: 10)
        var fixed = Tally()
        fixed.opportunities = requests >= 3 ? 1 : 0
        for cancel in peak { fixed.add(cancel.place) }
        let delay = median(peak.map(\.delay))
        return fixed.evidence(
            "capture.tcp.cancel-at-fixed-delay", capture,
            present:
                "the client closed \(peak.count) of "
                + "\(counted(cancelled.count, "unanswered request")) "
                + "about \(duration(delay)) after asking: a timer of the client",
            absent: cancelled.isEmpty
                ? "no client closed while a request was unanswered"
                : "the times from request to close do not agree (\(cancelled.count) cancelled)",
            measure: measured(delay), atLeast: 3) + commonAge(capture)
    }

    /// A mass close at one moment, as by a restart, is no deadline: the requests must have been
    /// asked at different times.
    private func commonAge(_ capture: CaptureContext) -> [Evidence] {
        let peak = Self.peak(neverAnswered, tolerance: 5)
        let asked = peak.map(\.asked).sorted()
        let age = median(peak.map(\.delay))
        let spread = (asked.last ?? 0) - (asked.first ?? 0)
        var tally = Tally()
        tally.opportunities = neverAnswered.count + unanswered >= 3 ? 1 : 0
        if spread > max(age / 20, 20_000_000) { for cancel in peak { tally.add(cancel.place) } }
        return tally.evidence(
            "capture.tcp.client-gives-up-at-common-age", capture,
            present: "\(counted(peak.count, "unanswered request")) were given up at one age, "
                + "\(duration(age)): the client has a deadline",
            absent:
                "unanswered requests were not given up at one common age: no sign of a deadline",
            measure: measured(age), atLeast: 3)
    }

    /// The densest cluster of delays within ± `tolerance` % (or 20 ms), if it holds 70 % of them.
    private static func peak(_ cancels: [Cancel], tolerance: Int64) -> [Cancel] {
        guard cancels.count >= 3 else { return [] }
        let sorted = cancels.sorted { ($0.delay, $0.place.packet) < ($1.delay, $1.place.packet) }
        var best = 0..<0
        var end = 0
        for start in sorted.indices {
            let low = sorted[start].delay
            let width = max(low / 100 * tolerance * 2, 40_000_000)
            while end < sorted.count, sorted[end].delay <= low + width { end += 1 }
            if end - start > best.count { best = start..<end }
        }
        guard best.count * 10 >= sorted.count * 7, best.count >= 3 else { return [] }
        return sorted[best].sorted { $0.place.packet < $1.place.packet }
    }
}
