internal import Dissection

/// One flow in a line: what a list of a hundred thousand needs of each.
public struct FlowDigest: Sendable {
    /// Zero-based, in order of the flows' first packets: Wireshark's `tcp.stream`.
    public var flow: Int
    /// One-based, Wireshark's `frame.number`.
    public var firstPacket: Int
    /// Nanoseconds since 1970.
    public var first: Int64
    public var last: Int64
    public var client: FlowRecord.Endpoint
    public var server: FlowRecord.Endpoint
    public var packets: Int
    public var payloadBytes: UInt64
    /// Of both sides.
    public var sentAgain: Int
    public var trouble: FlowTrouble
    /// Zeek's letters.
    public var history: String
    /// Zeek's `conn_state`.
    public var state: String
    /// How each side ended its TLS stream, or its TCP stream where there is no TLS.
    public var close: PerSide<FlowRecord.Close>
    public var isTLS: Bool
    /// Of a ClientHello.
    public var serverName: String?
    /// The first alert in clear.
    public var alert: FlowRecord.Alert?
    /// SYN to SYN-ACK and ClientHello to ServerHello, in nanoseconds.
    public var connected: Int64?
    public var greeted: Int64?
    /// Whether the first RST was the client's; `nil` without one.
    public var resetByClient: Bool?

    init(_ facts: FlowFacts, tables: SideTables) {
        let (flow, tls) = (facts.flow, facts.tls)
        let (c, s) = (flow.client, flow.server)
        self.flow = Int(flow.number)
        firstPacket = Int(flow.firstPacket)
        first = flow.firstTime
        last = flow.lastTime
        client = FlowRecord.Endpoint(address: facts.key.address(c), port: facts.key.port(c))
        server = FlowRecord.Endpoint(address: facts.key.address(s), port: facts.key.port(s))
        packets = Int(flow.directions[0].packets) + Int(flow.directions[1].packets)
        payloadBytes = flow.directions[0].payloadBytes &+ flow.directions[1].payloadBytes
        sentAgain = facts.retransmitted
        let alerts = facts.lists?.alerts ?? []
        trouble = facts.trouble
        history = flow.history.text(client: c)
        state = flow.connectionState(facts.firstClose)
        let isTLS13 = tls?.mayBeTLS13 ?? false
        close = PerSide(client: c, server: s).map {
            tls == nil ? flow.plainClose($0) : flow.closeVerdict($0, isTLS13: isTLS13)
        }
        isTLS = tls != nil
        serverName = tls.flatMap { tables.name($0.serverName) }
        alert = alerts.first.map {
            FlowRecord.Alert(
                byClient: Int($0.direction) == c,
                alert: TLSAlert(level: $0.level, description: $0.description))
        }
        let hasBoth = flow.seen.contains(.syn) && flow.synACKTime != 0
        connected = hasBoth ? flow.synACKTime - flow.firstTime : nil
        if let tls, tls.serverHelloTime != 0, tls.clientHelloTime != 0 {
            greeted = tls.serverHelloTime - tls.clientHelloTime
        }
        resetByClient = facts.firstReset.map { $0 == c }
    }
}

extension Flow {
    /// Without TLS a side ends by FIN, RST, or not at all.
    fileprivate func plainClose(_ d: Int) -> FlowRecord.Close {
        if directions[d].fin > 0 { return .fin }
        return directions[d].rst > 0 ? .rst : .none
    }
}

extension FlowFacts {
    /// The direction of the first RST.
    fileprivate var firstReset: Int? {
        (0...1).filter { flow.directions[$0].rst > 0 }
            .min { rare($0).reset.packet < rare($1).reset.packet }
    }
}

extension FlowRecord.Endpoint {
    /// `10.0.0.1:443`, `[2001:db8::1]:443`.
    public var text: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
