public import Dissection

/// A question of DNS over UDP or TCP, and the answer to it.
public struct DNSQueryRow: Sendable {
    public var packet: Int
    /// Nanoseconds since 1970.
    public var time: Int64
    public var client: FlowRecord.Endpoint
    public var server: IPAddress
    /// `udp` or `tcp`.
    public var transport: String
    public var name: DNSName
    public var type: DNSType
    /// 1 for the first time; one more than the same question of this client before, while that had
    /// no answer.
    public var attempt: Int
    public var hasEDNS: Bool
    /// `nil` without an answer.
    public var code: DNSResponseCode?
    /// From the question to the answer, in nanoseconds.
    public var latency: Int64?
    /// The answer was cut and says so: to be asked again over TCP.
    public var isTruncated: Bool
    /// A and AAAA of the answer, 16 at most.
    public var addresses: [IPAddress]
    /// The packet of the same question over TCP, asked because the answer was cut; of a question
    /// over TCP that of the one before it.
    public var counterpart: Int?

    init(_ exchange: DNSExchange, attempt: Int) {
        packet = Int(exchange.packet)
        time = exchange.time
        client = FlowRecord.Endpoint(address: exchange.client, port: exchange.clientPort)
        server = exchange.server
        transport = exchange.transport.rawValue
        counterpart = exchange.counterpart.map { Int($0) }
        name = exchange.name
        type = exchange.type
        self.attempt = attempt
        hasEDNS = exchange.hasEDNS
        code = exchange.answered == nil ? nil : exchange.code
        latency = exchange.answered.map { $0 - exchange.time }
        isTruncated = exchange.isTruncated
        addresses = exchange.addresses
    }
}

extension DNSTraffic {
    /// Every question with the number of its attempt.
    func forEachAttempt(_ body: (DNSExchange, Int) -> Void) {
        var last: [Asker: (exchange: DNSExchange, attempt: Int)] = [:]
        for exchange in all {
            let asker = Asker(exchange)
            var attempt = 1
            if let before = last[asker], before.exchange.isSilent(until: exchange.time) {
                attempt = before.attempt + 1
            }
            last[asker] = (exchange, attempt)
            body(exchange, attempt)
        }
    }
}
