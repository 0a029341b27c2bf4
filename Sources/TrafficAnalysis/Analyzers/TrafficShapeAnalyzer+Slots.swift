internal import Casebook

/// Servers of which somebody waits until another connection ends: all slots are held by connections
/// that need no work, as those that are kept alive, and those of slow clients.
extension TrafficShapeAnalyzer {
    /// A connection whose first bytes were answered late by the server's first.
    struct LateFirstAnswer {
        /// Of the answer.
        var place: Place
        var opened: Int64
        var asked: Int64
        /// A ServerHello, or what may be one: what waits for a silent connection to end is
        /// `HelloReleaseAnalyzer`'s.
        var isHello: Bool
    }

    static let late: Int64 = 1_000_000_000
    /// The answer comes this soon after the end; ends are kept in hundredths of a second.
    private static let window: Int64 = 50_000_000 + Opening.hundredth

    func slots(
        _ sources: [ArraySlice<Opening>], _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = Tally()
        var names: [String] = []
        let slow = lateAnswers.filter { $0.value.count >= 3 }
        if slow.isEmpty { return [] }
        // By number, for the sources are many.
        var isSlow = ByNumber(initially: false)
        for server in slow.keys { isSlow[server] = true }
        var openings: [UInt32: [Opening]] = [:]
        for source in sources {
            guard let first = source.first else { continue }
            let server = capture.pairs[first.pair].server
            if isSlow[server] { openings[server, default: []] += source }
        }
        for (server, late) in slow.sorted(by: { $0.key < $1.key }) {
            tally.opportunities += 1
            let released = Self.released(late, openings[server] ?? [])
            guard !released.isEmpty else { continue }
            names.append(capture.servers[server].description)
            for answer in released { tally.add(answer.place) }
        }
        return tally.evidence(
            "capture.tcp.answered-when-another-ends", capture,
            present: "\(counted(tally.count, "connection")) to "
                + "\(names.prefix(3).joined(separator: ", ")) waited for the first answer until "
                + "another connection to it ended: a limited number is served at a time",
            absent: "late answers did not wait for another connection to end")
    }

    /// Those of `late` that were answered as another ended which had opened before them; none when
    /// most were not, or when so many end that it may be chance. Those that come at once are one
    /// release.
    private static func released(
        _ late: [LateFirstAnswer], _ openings: [Opening]
    ) -> [LateFirstAnswer] {
        let ends = openings.filter { $0.isComplete && $0.lasted < .max }
            .sorted { ($0.end, $0.place) < ($1.end, $1.place) }
        var released: [LateFirstAnswer] = []
        var byChance = 0.0
        var moments = (all: 0, released: 0)
        var last: (time: Int64, isReleased: Bool)?
        for answer in late.sorted(by: { ($0.place.time, $0.place) < ($1.place.time, $1.place) }) {
            if let moment = last, answer.place.time - moment.time <= window {
                last?.time = answer.place.time
                if moment.isReleased { released.append(answer) }
                continue
            }
            let after = ends.partitioningIndex { $0.end > answer.place.time + Opening.hundredth }
            let near = ends.partitioningIndex { $0.end >= answer.place.time - window }
            let first = ends.partitioningIndex { $0.end >= answer.asked }
            let wait = answer.place.time - answer.asked
            byChance += min(1, Double(after - first) * Double(window) / Double(wait))
            let isReleased = ends[near..<after].prefix(searchLimit).contains {
                $0.place.time < answer.opened && $0.place.flow != answer.place.flow
                    && ($0.outcome == .answered || !answer.isHello)
            }
            moments.all += 1
            if isReleased {
                moments.released += 1
                released.append(answer)
            }
            last = (answer.place.time, isReleased)
        }
        let enough =
            moments.released >= 3 && moments.released * 10 >= moments.all * 7
            && Double(moments.released) >= 2 * byChance
        return enough ? released : []
    }

    /// Of thousands that end at once none tells more than the first.
    private static let searchLimit = 100
}
