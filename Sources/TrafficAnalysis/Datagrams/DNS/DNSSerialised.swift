internal import Casebook
internal import Dissection

/// Lookups that wait for each other: one thread, or one lock, resolves for all.
enum DNSSerialised: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.lookups-serialised"]

    private static let least = 20
    /// The next question leaves at once when one waits.
    private static let atOnce: Int64 = 2_000_000

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        var tally = DatagramTally()
        for asked in traffic.byClient() where asked.count >= least {
            tally.opportunities += 1
            var queued = 0
            var overlaps = false
            var end = Int64.min
            for exchange in asked {
                if exchange.time < end { overlaps = true }
                if end != .min, exchange.time - end <= atOnce { queued += 1 }
                end = exchange.answered ?? exchange.time
            }
            if !overlaps, queued * 2 >= asked.count, let first = asked.first {
                tally.add(first.packet, first.time)
            }
        }
        return tally.evidence(
            "capture.dns.lookups-serialised", capture,
            present: "\(counted(tally.count, "client")) never had two DNS questions open at a "
                + "time, and asked the next as soon as one was answered: lookups wait in a queue",
            absent: "clients had several DNS questions open at a time, or none waiting")
    }
}
