internal import Casebook
internal import Dissection

/// Servers, or boxes before them, that do not answer questions with an OPT record (RFC 6891).
enum DNSEDNS: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.edns-unanswered"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        var servers: [IPAddress: Server] = [:]
        for exchange in traffic.exchanges {
            servers[exchange.server, default: Server()].take(exchange, end: traffic.end)
        }
        for server in servers.values {
            guard let first = server.firstExtended else { continue }
            tally.opportunities += 1
            if server.plainWorks, !server.extendedWorks, server.silent >= 3 {
                tally.add(first.packet, first.time)
            }
        }
        return tally.evidence(
            "capture.dns.edns-unanswered", capture,
            present: "\(counted(tally.count, "server")) answered questions without EDNS, and none "
                + "with it",
            absent: "questions with EDNS were answered")
    }

    private struct Server {
        var plainWorks = false
        var extendedWorks = false
        /// Questions with EDNS that could have been answered before the end, if they were not.
        var silent = 0
        var firstExtended: (packet: UInt32, time: Int64)?

        mutating func take(_ exchange: DNSExchange, end: Int64) {
            let isAnswered = exchange.answered != nil
            guard exchange.hasEDNS else {
                if isAnswered { plainWorks = true }
                return
            }
            if isAnswered { extendedWorks = true }
            if exchange.time + DNSTraffic.patience <= end { silent += 1 }
            if firstExtended == nil { firstExtended = (exchange.packet, exchange.time) }
        }
    }
}
