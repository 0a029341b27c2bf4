internal import Casebook

/// Connections that open and say nothing, and health checks that only connect.
struct SilentFlowAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.silent-open", "capture.tcp.open-then-close-no-data",
    ]

    /// Silence after a handshake that counts, in nanoseconds (finding's definition: 3 s).
    static let silence: Int64 = 3_000_000_000

    private var silent = Tally()
    private var longest: Int64 = 0
    private var checks: [UInt32: [(time: Int64, place: Place)]] = [:]
    private var established = 0

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished, f.isCaptured else { return }
        established += 1
        silent.opportunities += 1
        let (one, other) = (f.client.firstPayloadTime, f.server.firstPayloadTime)
        // 0 where there was none.
        let payload = one == 0 || other == 0 ? max(one, other) : min(one, other)
        let quiet = (payload == 0 ? f.end : payload) - f.flow.establishedTime
        let place = f.place(f.flow.firstPacket, f.flow.firstTime)
        if quiet >= Self.silence {
            silent.add(place)
            longest = max(longest, quiet)
        }
        // Whatever the server says to a client that has left (OpenSSL sends an alert) is no talk.
        let saidNothing =
            payload == 0
            || f.client.payloadBytes == 0 && f.closedByClient
                && f.server.firstPayloadTime >= f.firstClose.time
        if saidNothing, f.flow.closeBegan {
            checks[f.pairNumber, default: []].append((f.flow.firstTime, place))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        silent.evidence(
            "capture.tcp.silent-open", capture,
            present:
                "\(counted(silent.count, "connection")) said nothing in either direction for 3 s "
                + "or more after the handshake; the longest for \(duration(longest))",
            absent: "no connection was silent for 3 s after its handshake",
            measure: measured(longest))
            + checkers(capture)
    }

    /// The busiest source of connections without a byte is the one worth naming.
    private func checkers(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        tally.opportunities = established
        let groups = checks.filter { $0.value.count >= 3 }
            .map { (key: capture.pair($0.key), value: $0.value) }
            .sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
        for group in groups { for check in group.value { tally.add(check.place) } }
        let busiest = groups.first
        let period = busiest.flatMap { Self.period($0.value.map(\.time)) }
        let source = busiest.map { "\($0.key.client) to \($0.key.server.description)" } ?? ""
        let rhythm = period.map { "every \(duration($0))" } ?? "at irregular times"
        return tally.evidence(
            "capture.tcp.open-then-close-no-data", capture,
            present: "\(counted(tally.count, "connection")) opened and closed without a byte, most "
                + "from \(source), \(rhythm): a check that only connects",
            absent: "no source opened and closed 3 connections without a byte",
            measure: period.map(measured))
    }

    /// The median gap when the middle half of the gaps lies within 20 % of it, else `nil`.
    static func period(_ times: [Int64]) -> Int64? {
        let sorted = times.sorted()
        let gaps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.sorted()
        guard gaps.count >= 2 else { return nil }
        let middle = gaps[gaps.count / 2]
        let low = gaps[gaps.count / 4]
        let high = gaps[gaps.count * 3 / 4]
        return middle > 0 && high - low <= middle / 5 * 2 ? middle : nil
    }
}
