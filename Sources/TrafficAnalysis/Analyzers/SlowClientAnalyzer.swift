internal import Casebook

/// Many clients that hold a connection without finishing a request: slots held, not one lock.
struct SlowClientAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.slow-clients-many"]

    static let held: Int64 = 3_000_000_000
    static let many = 4

    private struct Slow {
        var start: Int64
        var end: Int64
        var place: Place
        /// It sent something that is neither TLS nor HTTP.
        var isUnknown: Bool
    }

    /// By server.
    private var slow: [UInt32: [Slow]] = [:]
    private var isSpeaking = ByNumber(initially: false)
    private var established = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.serverIsVisible else { return }
        established += 1
        let inPieces = f.client.lastPayloadTime - f.client.firstPayloadTime >= 1_000_000_000
        let isSlow =
            f.client.payloadBytes == 0 || f.client.payloadBytes < 1024 && inPieces
            || f.tls?.lacksHello == true
        if f.server.payloadBytes > 0 { isSpeaking[f.serverNumber] = true }
        // What a server says to a client that has left (408, an alert) was no answer.
        let isUnanswered =
            f.server.payloadBytes == 0
            || f.closedByClient && f.server.firstPayloadTime >= f.firstClose.time
        guard isSlow, isUnanswered, f.end - f.flow.establishedTime >= Self.held else { return }
        slow[f.serverNumber, default: []].append(
            Slow(
                start: f.flow.establishedTime, end: f.end,
                place: f.place(f.flow.firstPacket, f.flow.firstTime),
                isUnknown: f.client.payloadBytes > 0 && f.tls == nil && f.http == nil))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        tally.opportunities = established >= Self.many ? 1 : 0
        var most = 0
        for (server, all) in slow {
            // A server that never says anything to anybody may be one that takes in a log.
            let flows = all.filter { !$0.isUnknown || isSpeaking[server] }
            let atOnce = mostAtOnce(flows.map { ($0.start, $0.end) })
            guard atOnce >= Self.many else { continue }
            most = max(most, atOnce)
            for flow in flows.sorted(by: { $0.start < $1.start }) { tally.add(flow.place) }
        }
        return tally.evidence(
            "capture.tcp.slow-clients-many", capture,
            present:
                "\(most) clients at once held a connection for 3 s or more without finishing a "
                + "request",
            absent: "clients did not hold many connections without a request",
            measure: Evidence.Measure(value: Double(most), unit: "count"))
    }
}

/// How many of the half-open intervals overlap at the busiest moment.
func mostAtOnce(_ intervals: [(start: Int64, end: Int64)]) -> Int {
    let edges = (intervals.map { ($0.start, 1) } + intervals.map { ($0.end, -1) })
        .sorted { $0 < $1 }
    var open = 0
    var most = 0
    for (_, change) in edges {
        open += change
        most = max(most, open)
    }
    return most
}
