internal import Casebook

/// Clients that open a connection for every request.
struct SingleRequestAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.one-request-per-connection"]

    static let enough = 10

    private struct Count {
        var closed = 0
        var single = Tally()
        var first: Int64 = .max
        var last: Int64 = 0

        mutating func note(_ place: Place, isSingle: Bool) {
            closed += 1
            first = min(first, place.time)
            last = max(last, place.time)
            if isSingle { single.add(place) }
        }
    }

    /// By pair of a client's address and a server's endpoint.
    private var pairs = ByNumber(initially: Count())

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.flow.closeBegan, f.server.answers > 0, f.serverIsVisible
        else { return }
        pairs[f.pairNumber].note(
            f.place(f.flow.firstPacket, f.flow.firstTime), isSingle: f.server.answers == 1)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var fastest = 0.0
        var names = ""
        let busy = pairs.all.enumerated().filter { $0.element.closed >= Self.enough }
        tally.opportunities = busy.count
        for (number, count) in busy where count.single.count * 10 >= count.closed * 9 {
            tally.add(count.single)
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
