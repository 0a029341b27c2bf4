internal import Casebook
internal import Dissection

/// Servers, or boxes before them, that do not answer questions with an OPT record (RFC 6891).
enum DNSEDNS: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.edns-unanswered"]

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        let byServer = Dictionary(grouping: traffic.exchanges, by: \.server).values.sorted {
            ($0.first?.packet ?? 0) < ($1.first?.packet ?? 0)
        }
        for asked in byServer {
            let extended = asked.filter(\.hasEDNS)
            guard !extended.isEmpty else { continue }
            tally.opportunities += 1
            let plainWorks = asked.contains { !$0.hasEDNS && $0.answered != nil }
            let silent = extended.filter { $0.time + DNSTraffic.patience <= traffic.end }
            guard plainWorks, silent.count >= 3, extended.allSatisfy({ $0.answered == nil }),
                let first = extended.first
            else { continue }
            tally.add(first.packet, first.time)
        }
        return tally.evidence(
            "capture.dns.edns-unanswered", capture,
            present: "\(counted(tally.count, "server")) answered questions without EDNS, and none "
                + "with it",
            absent: "questions with EDNS were answered")
    }
}
