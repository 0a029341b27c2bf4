internal import Casebook

/// Requests that are answered, but late.
struct LateAnswerAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.requests-answered-late"]

    private var pairs: [Pair: [(count: Int, wait: Int64, place: Place)]] = [:]
    private var answered = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.client.lastMessageTime > 0, f.server.lastMessageTime > 0 else { return }
        answered += 1
        let wait = Int64(f.server.longestAnswer) * 1000
        // A request that had to be repeated was late on the way, not at the server.
        guard f.server.lateAnswers > 0, wait >= 10 * f.roundTrip,
            !f.clientRare.hasRepeated, !f.serverRare.hasRepeated
        else { return }
        pairs[f.pair, default: []].append(
            (
                Int(f.server.lateAnswers), wait,
                f.place(f.server.lastMessagePacket, f.server.lastMessageTime)
            ))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        tally.opportunities = answered >= 3 ? 1 : 0
        var waits: [Int64] = []
        for late in pairs.values where late.reduce(0, { $0 + $1.count }) >= 3 {
            waits += late.map(\.wait)
        }
        let places = pairs.values.filter { $0.reduce(0) { $0 + $1.count } >= 3 }.joined()
            .map(\.place).sorted { $0.packet < $1.packet }
        for place in places { tally.add(place) }
        return tally.evidence(
            "capture.tcp.requests-answered-late", capture,
            present: "requests were answered only after 1 s or more on "
                + "\(counted(tally.count, "connection")), half of them after "
                + "\(duration(median(waits)))",
            absent: "requests were answered within 1 s", measure: measured(median(waits)))
    }
}
