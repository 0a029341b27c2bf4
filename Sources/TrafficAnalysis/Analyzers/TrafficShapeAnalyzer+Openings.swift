internal import Casebook

/// What the openings of connections alone show: floods, and sources with a rhythm.
extension TrafficShapeAnalyzer {
    /// 100 SYNs a second over 10 s.
    private static let flood = 1000
    private static let window: Int64 = 10_000_000_000

    func halfHandshakes(
        _ sources: [ArraySlice<Opening>], _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = Tally()
        var names: [String] = []
        var most = 0
        var servers: [UInt32: [Opening]] = [:]
        for source in sources {
            guard let first = source.first else { continue }
            let server = capture.pairs[first.pair].server
            guard connections[server] >= Self.flood else { continue }
            servers[server, default: []] += source
        }
        for (server, openings) in servers.sorted(by: { $0.key < $1.key }) {
            let judged = Self.busiest(openings.sorted { $0.place.time < $1.place.time })
            if judged.busy { tally.opportunities += 1 }
            guard let worst = judged.worst else { continue }
            names.append(capture.servers[server].description)
            most = max(most, worst.count)
            for opening in worst where !opening.isComplete { tally.add(opening.place) }
        }
        return tally.evidence(
            "capture.tcp.half-handshakes-many", capture,
            present:
                "up to \(most / 10) SYNs a second to \(names.prefix(3).joined(separator: ", "))"
                + ", and less than half of the handshakes completed",
            absent: "most handshakes completed where SYNs came fast",
            measure: Evidence.Measure(value: Double(most / 10), unit: "count"))
    }

    /// Whether SYNs came fast for 10 s, and the 10 s with the most of them in which less than half
    /// of the handshakes completed.
    private static func busiest(
        _ openings: [Opening]
    ) -> (busy: Bool, worst: ArraySlice<Opening>?) {
        var start = 0
        var complete = 0
        var busy = false
        var worst: ArraySlice<Opening>?
        for end in openings.indices {
            complete += openings[end].isComplete ? 1 : 0
            while openings[end].place.time - openings[start].place.time > window {
                complete -= openings[start].isComplete ? 1 : 0
                start += 1
            }
            let count = end - start + 1
            guard count >= flood else { continue }
            busy = true
            if complete * 2 < count, count > worst?.count ?? 0 { worst = openings[start...end] }
        }
        return (busy, worst)
    }

    /// A source that comes back at regular times: a health checker, a poller, a cron job.
    func regular(_ sources: [ArraySlice<Opening>], _ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var words: [(count: Int, text: String, period: Int64)] = []
        for source in sources where source.count >= 5 {
            tally.opportunities += 1
            guard let first = source.first, let regular = Self.regular(source) else { continue }
            for opening in regular.openings { tally.add(opening.place) }
            let pair = capture.pair(first.pair)
            let count = regular.openings.count
            words.append(
                (
                    count,
                    "\(pair.client) to \(pair.server.description) every "
                        + "\(duration(regular.period)) \u{B1} \(duration(regular.spread)) "
                        + "(\(count) times\(regular.areChecks ? ", asking nothing" : ""))",
                    regular.period
                ))
        }
        words.sort { ($0.count, $1.text) > ($1.count, $0.text) }
        return tally.evidence(
            "capture.tcp.opens-at-regular-times", capture,
            present: "connections come with a rhythm: "
                + words.prefix(3).map(\.text).joined(separator: ", "),
            absent: "no source opened connections at regular times",
            measure: words.first.map { measured($0.period) })
    }

    /// The connections of a source that come with a rhythm: all, or those that ask nothing, which a
    /// proxy's checks are beside what it passes on.
    private static func regular(
        _ source: ArraySlice<Opening>
    ) -> (openings: [Opening], period: Int64, spread: Int64, areChecks: Bool)? {
        if let all = rhythm(source.map(\.place.time)) {
            let areChecks = source.allSatisfy { $0.outcome == .check }
            return (Array(source), all.period, all.spread, areChecks)
        }
        let checks = source.filter { $0.outcome == .check }
        guard checks.count >= 5, let some = rhythm(checks.map(\.place.time)) else { return nil }
        return (checks, some.period, some.spread, true)
    }

    /// The median gap of at least half a second, when 8 of 10 gaps lie within a tenth of it.
    private static func rhythm(_ times: [Int64]) -> (period: Int64, spread: Int64)? {
        let sorted = times.sorted()
        let gaps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.sorted()
        let middle = median(gaps)
        guard gaps.count >= 4, middle >= 500_000_000 else { return nil }
        let low = gaps[gaps.count / 10]
        let high = gaps[(gaps.count * 9 - 1) / 10]
        guard high - low <= middle / 5 else { return nil }
        return (middle, (high - low) / 2)
    }
}
