internal import Casebook

/// Connections that end at one age, or after one silence: somebody's timer, named with its length.
struct CommonEndAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.ends-at-common-time"]

    /// Timers of applications are of seconds; what is shorter is work.
    static let least: Int64 = 1_000_000_000
    static let enough = 5

    /// What a timer is counted from, and who ended.
    private struct Kind: Hashable, Comparable {
        var server: UInt32
        var byClient: Bool
        var sinceData: Bool

        static func < (left: Kind, right: Kind) -> Bool {
            (left.server, left.byClient ? 0 : 1, left.sinceData ? 0 : 1)
                < (right.server, right.byClient ? 0 : 1, right.sinceData ? 0 : 1)
        }
    }

    private struct End {
        var wait: Int64
        var place: Place
    }

    private var ends: [Kind: [End]] = [:]
    private var count = 0
    /// Only long connections are kept, and of very many the first.
    private static let limit = 1 << 20

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.flow.closeBegan, count < Self.limit else { return }
        let closed = f.firstClose.time
        let data = max(f.client.lastPayloadTime, f.server.lastPayloadTime)
        let silence = closed - max(data, f.flow.establishedTime)
        let age = closed - f.flow.establishedTime
        guard age >= Self.least else { return }
        // Data of the end itself (close_notify, an alert) comes with it, or just before.
        let sinceData = silence >= Self.least
        // One answer, and the end: it took that long. Whether a timer gave it, it does not say.
        if !sinceData, f.server.answers == 1, !f.cancelled { return }
        count += 1
        let kind = Kind(
            server: f.serverNumber, byClient: f.closedByClient, sinceData: sinceData && data > 0)
        ends[kind, default: []].append(
            End(wait: sinceData ? silence : age, place: f.place(f.firstClose.packet, closed)))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var largest: (kind: Kind, ends: ArraySlice<End>)?
        let groups = ends.filter { $0.value.count >= Self.enough }.sorted { $0.key < $1.key }
        tally.opportunities = groups.count
        for (kind, ends) in groups {
            guard let cluster = Self.cluster(ends) else { continue }
            for end in cluster { tally.add(end.place) }
            if cluster.count > largest?.ends.count ?? 0 { largest = (kind, cluster) }
        }
        let waits = largest.map { $0.ends.map(\.wait) } ?? []
        let middle = median(waits)
        let spread = ((waits.last ?? 0) - (waits.first ?? 0)) / 2
        return tally.evidence(
            "capture.tcp.ends-at-common-time", capture,
            present: largest.map { Self.words($0.kind, $0.ends.count, middle, spread, capture) }
                ?? "",
            absent: "connections did not end at one age or after one silence",
            measure: measured(middle))
    }

    private static func words(
        _ kind: Kind, _ count: Int, _ middle: Int64, _ spread: Int64, _ capture: CaptureContext
    ) -> String {
        let since = kind.sinceData ? "their last data" : "they had opened"
        return "\(count) connections to \(capture.servers[kind.server].description) ended "
            + "\(tenths(middle)) \u{B1} \(tenths(spread)) s after \(since), closed by the "
            + "\(kind.byClient ? "client" : "server"): a timer"
    }

    /// Seconds to a tenth.
    private static func tenths(_ time: Int64) -> Double { (Double(time) / 1e8).rounded() / 10 }

    /// The densest 5 %, when 7 of 10 are in it and they did not end in the same moment: that would
    /// be one event that ended all.
    private static func cluster(_ ends: [End]) -> ArraySlice<End>? {
        let sorted = ends.sorted { ($0.wait, $0.place) < ($1.wait, $1.place) }
        var best = sorted[0..<0]
        var end = 0
        for start in sorted.indices {
            let width = max(sorted[start].wait / 20, 100_000_000)
            while end < sorted.count, sorted[end].wait <= sorted[start].wait + width { end += 1 }
            if end - start > best.count { best = sorted[start..<end] }
        }
        let times = best.map(\.place.time).sorted()
        guard best.count >= enough, best.count * 10 >= sorted.count * 7,
            let first = times.first, let last = times.last,
            last - first >= max(median(best.map(\.wait)) / 10, 1_000_000_000)
        else { return nil }
        return best
    }
}
