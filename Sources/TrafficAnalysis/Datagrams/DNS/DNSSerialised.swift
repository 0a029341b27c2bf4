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
        var clients: [IPAddress: Client] = [:]
        for place in traffic.exchanges.indices {
            let client = traffic.exchanges[place].client
            clients[client, default: Client(first: place)].take(
                asked: traffic.exchanges[place].time, answered: traffic.exchanges[place].answered)
        }
        for client in clients.values where client.asked >= least {
            tally.opportunities += 1
            if !client.overlaps, client.atOnce * 2 >= client.asked {
                let first = traffic.exchanges[client.first]
                tally.add(first.packet, first.time)
            }
        }
        return tally.evidence(
            "capture.dns.lookups-serialised", capture,
            present: "\(counted(tally.count, "client")) never had two DNS questions open at a "
                + "time, and asked the next as soon as one was answered: lookups wait in a queue",
            absent: "clients had several DNS questions open at a time, or none waiting")
    }

    /// What one client asked.
    private struct Client {
        /// The place of its first question.
        let first: Int
        var asked = 0
        /// Questions that left as soon as the one before was answered.
        var atOnce = 0
        var overlaps = false
        private var end = Int64.min

        init(first: Int) { self.first = first }

        mutating func take(asked time: Int64, answered: Int64?) {
            asked += 1
            if time < end { overlaps = true }
            if end != .min, time - end <= DNSSerialised.atOnce { atOnce += 1 }
            end = answered ?? time
        }
    }
}
