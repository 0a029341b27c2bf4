internal import Casebook
internal import Dissection

/// Servers that look up the client's name before they say a word.
enum DNSReverse: DNSFinding {
    static let establishes: [FactID] = ["capture.dns.ptr-before-first-byte"]

    private static let soon: Int64 = 1_000_000_000
    /// Of one connection.
    private static let mostLookups = 64

    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence] {
        // By server and by the client that it asks for.
        var asked: [Endpoints: [DNSExchange]] = [:]
        for exchange in traffic.exchanges where exchange.type == .ptr {
            guard let client = address(of: exchange.name) else { continue }
            asked[Endpoints(client: client, server: exchange.client), default: []]
                .append(exchange)
        }
        guard !asked.isEmpty else { return [] }
        var tally = DatagramTally()
        var waits: [Int64] = []
        for flow in traffic.flows.notes
        where flow.established > 0 && flow.firstServerPayload > 0 {
            let hosts = Endpoints(client: flow.client, server: capture.servers[flow.server].address)
            let own = since(flow.first, asked[hosts] ?? []).prefix(mostLookups).prefix {
                $0.time <= flow.established + soon
            }
            guard let first = own.first, let last = own.last else { continue }
            tally.opportunities += 1
            // Unanswered, the lookup lasts until the resolver gives up.
            let done = last.answered ?? last.time + 1_000_000_000
            guard flow.firstServerPayload >= done else { continue }
            tally.add(first.packet, first.time)
            waits.append(flow.firstServerPayload - flow.established)
        }
        return tally.evidence(
            "capture.dns.ptr-before-first-byte", capture,
            present: "on \(counted(tally.count, "connection")) the server looked up the client's "
                + "name first and spoke after that, \(duration(median(waits))) after the handshake",
            absent: "servers that looked up a client's name did not wait for it",
            measure: measured(median(waits)))
    }

    /// Those from a time on; exchanges stand in the order of their questions.
    private static func since(_ time: Int64, _ exchanges: [DNSExchange]) -> ArraySlice<DNSExchange>
    {
        exchanges[exchanges.partitioningIndex { $0.time >= time }...]
    }

    /// The address of a name below in-addr.arpa (RFC 1035 §3.5) or ip6.arpa (RFC 3596 §2.5).
    private static func address(of name: DNSName) -> IPAddress? {
        let labels = name.labels.map { String(decoding: $0, as: UTF8.self).lowercased() }
        if labels.suffix(2) == ["in-addr", "arpa"], labels.count == 6 {
            let bytes = labels.prefix(4).reversed().compactMap { UInt8($0) }
            guard bytes.count == 4 else { return nil }
            return IPAddress(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        }
        guard labels.suffix(2) == ["ip6", "arpa"], labels.count == 34 else { return nil }
        let nibbles = labels.prefix(32).reversed().compactMap { UInt64($0, radix: 16) }
        guard nibbles.count == 32, nibbles.allSatisfy({ $0 < 16 }) else { return nil }
        return IPAddress(
            high: nibbles.prefix(16).reduce(0) { $0 << 4 | $1 },
            low: nibbles.suffix(16).reduce(0) { $0 << 4 | $1 })
    }
}
