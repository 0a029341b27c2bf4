internal import Casebook
internal import Dissection

/// Questions over UDP that are answered late, or never.
enum DNSWaits: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.unanswered", "capture.dns.answered-late"]

    /// Nearly all resolvers have asked again, or somebody else, by then.
    private static let late: Int64 = 1_000_000_000

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        unanswered(traffic, capture) + answeredLate(traffic, capture)
    }

    /// Also where the capture has no answer at all: it may be one of one direction, but nobody
    /// repeats a question whose answer came.
    static func unanswered(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        var servers = ServerCounts<IPAddress>()
        let isAnswered = traffic.exchanges.contains { $0.answered != nil }
        let repeated = isAnswered ? [] : repeated(traffic)
        for (place, exchange) in traffic.exchanges.enumerated() {
            let limit = exchange.time + DNSTraffic.patience
            if limit > traffic.end, exchange.answered == nil { continue }
            if isAnswered { tally.opportunities += 1 }
            guard exchange.isSilent(until: limit), isAnswered || repeated.contains(place) else {
                continue
            }
            tally.add(exchange.packet, exchange.time)
            servers.add(exchange.server)
        }
        let asked = isAnswered ? tally.opportunities : traffic.exchanges.count
        // 2 % of the questions, as of the answers that say SERVFAIL.
        let isMuch = tally.count * 50 >= asked
        return tally.evidence(
            "capture.dns.unanswered", capture,
            present:
                "\(tally.count) of \(counted(asked, "DNS question"))"
                + "\(servers.words(name: \.description)) were not answered within 5 s",
            absent: "fewer than 2 % of the DNS questions were not answered",
            measure: percent(tally.count, of: asked), atLeast: isMuch ? 3 : .max)
    }

    /// Those that the same client asked again within 15 s, of anybody.
    private static func repeated(_ traffic: DNSTraffic) -> Set<Int> {
        var former: [DNSTraffic.Asker: Int] = [:]
        var repeated: Set<Int> = []
        for (place, exchange) in traffic.exchanges.enumerated() {
            guard let first = former.updateValue(place, forKey: DNSTraffic.Asker(exchange)) else {
                continue
            }
            let pause = exchange.time - traffic.exchanges[first].time
            if late / 2...15 * late ~= pause { repeated.insert(first) }
        }
        return repeated
    }

    private static func answeredLate(
        _ traffic: DNSTraffic, _ capture: CaptureContext
    ) -> [Evidence] {
        var tally = DatagramTally()
        var waits: [Int64] = []
        var servers = ServerCounts<IPAddress>()
        for exchange in traffic.exchanges {
            guard let answered = exchange.answered else { continue }
            tally.opportunities += 1
            let wait = answered - exchange.time
            guard wait >= late else { continue }
            tally.add(exchange.packet, exchange.time)
            waits.append(wait)
            servers.add(exchange.server)
        }
        let isMuch = tally.count * 50 >= tally.opportunities
        return tally.evidence(
            "capture.dns.answered-late", capture,
            present: "\(tally.count) of \(counted(tally.opportunities, "DNS question"))"
                + "\(servers.words(name: \.description)) were answered only after 1 s or more, half of them after "
                + "\(duration(median(waits)))",
            absent: "fewer than 2 % of the DNS answers took 1 s or more",
            measure: measured(median(waits)), atLeast: isMuch ? 3 : .max)
    }
}
