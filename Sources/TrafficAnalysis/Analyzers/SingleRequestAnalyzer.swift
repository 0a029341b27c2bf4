internal import Casebook

/// Clients that open a connection for every request.
struct SingleRequestAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.one-request-per-connection"]

    static let enough = 10

    private struct Count {
        var closed: UInt32 = 0
        var single: UInt32 = 0
        var first: Int64 = .max
        var last: Int64 = 0

        var isBusy: Bool { closed >= SingleRequestAnalyzer.enough }
        var isNearlyAllSingle: Bool { UInt64(single) * 10 >= UInt64(closed) * 9 }

        mutating func note(_ time: Int64) {
            closed += 1
            first = min(first, time)
            last = max(last, time)
        }
    }

    /// By pair of a client's address and a server's endpoint.
    private var pairs = ByNumber(initially: Count())
    private var singles = Chunked<(pair: UInt32, place: Place)>()

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.flow.closeBegan, f.server.answers > 0, f.serverIsVisible,
            f.http?.isUpgraded != true
        else { return }
        pairs[f.pairNumber].note(f.flow.firstTime)
        guard f.server.answers == 1 else { return }
        pairs[f.pairNumber].single += 1
        singles.append((f.pairNumber, f.place(f.flow.firstPacket, f.flow.firstTime)))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var fastest = 0.0
        var names = ""
        tally.opportunities = pairs.all.count(where: \.isBusy)
        let isTold = pairs.all.map { $0.isBusy && $0.isNearlyAllSingle }
        for single in singles where isTold[Int(single.pair)] { tally.add(single.place) }
        for (number, count) in pairs.all.enumerated() where isTold[number] {
            let span = Double(max(count.last - count.first, 1_000_000_000)) / 1e9
            let rate = Double(count.closed - 1) / span
            guard rate > fastest else { continue }
            fastest = rate
            let pair = capture.pair(UInt32(number))
            names = "\(pair.client) to \(pair.server.description)"
        }
        let rate = (fastest * 10).rounded() / 10
        return tally.evidence(
            "capture.tcp.one-request-per-connection", capture,
            present: "\(counted(tally.count, "connection")) carried one request and closed, most "
                + "often from \(names): \(rate) connections a second",
            absent: "connections were used for more than one request",
            measure: Evidence.Measure(value: rate, unit: "count"))
    }
}
