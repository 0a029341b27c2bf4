internal import Casebook
internal import Dissection

/// A and AAAA from one port at one time, of which one is lost: the race in connection tracking that
/// `single-request-reopen` of resolv.conf(5) avoids.
enum DNSPairs: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.one-of-a-aaaa-lost"]

    private static let together: Int64 = 5_000_000

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        var silentAAAA = 0
        // Each client's last question.
        var last: [IPAddress: Int] = [:]
        for place in traffic.exchanges.indices {
            let client = traffic.exchanges[place].client
            guard let former = last.updateValue(place, forKey: client),
                isPair(traffic.exchanges[former], traffic.exchanges[place])
            else { continue }
            let limit = traffic.exchanges[former].time + DNSTraffic.patience
            let silent = [former, place].filter { traffic.exchanges[$0].isSilent(until: limit) }
            if limit > traffic.end, silent.count > 0 { continue }
            tally.opportunities += 1
            if silent.count == 1, let one = silent.first {
                tally.add(traffic.exchanges[one].packet, traffic.exchanges[one].time)
                silentAAAA += traffic.exchanges[one].type == .aaaa ? 1 : 0
            }
        }
        // Chance would take either.
        let isAlwaysOne = tally.count >= 5 && (silentAAAA == 0 || silentAAAA == tally.count)
        let always =
            isAlwaysOne ? ", never that for \(silentAAAA == 0 ? "A" : "AAAA"): that is no race" : ""
        return tally.evidence(
            "capture.dns.one-of-a-aaaa-lost", capture,
            present: "of \(counted(tally.count, "pair")) of A and AAAA questions sent together, "
                + "only one was answered\(always)",
            absent: "A and AAAA questions sent together were both answered")
    }

    private static func isPair(_ a: DNSExchange, _ b: DNSExchange) -> Bool {
        b.time - a.time <= together && a.clientPort == b.clientPort && a.name == b.name
            && (a.type == .a && b.type == .aaaa || a.type == .aaaa && b.type == .a)
    }
}
