/// The TLS handshake of a flow, of which a ClientHello or a ServerHello was read.
public struct TLSHandshakeRow: Sendable {
    /// Zero-based, Wireshark's `tcp.stream`.
    public var flow: Int
    /// Of the ClientHello's last byte, else of the ServerHello.
    public var packet: Int
    /// Nanoseconds since 1970.
    public var time: Int64
    public var client: FlowRecord.Endpoint
    public var server: FlowRecord.Endpoint
    /// How many TCP segments the ClientHello took: 1, or 2 for more.
    public var helloSegments: Int
    public var tls: FlowRecord.TLS

    init?(_ tls: TLSFlow, _ flow: Flow, _ facts: FlowFacts, _ tables: SideTables) {
        guard tls.clientHellos > 0 || tls.serverHellos > 0,
            let record = FlowRecord.TLS(tls, flow, tables: tables)
        else { return nil }
        self.flow = facts.number
        let isHello = tls.clientHelloPacket != 0
        packet = Int(isHello ? tls.clientHelloPacket : tls.serverHelloPacket)
        time = isHello ? tls.clientHelloTime : tls.serverHelloTime
        client = FlowRecord.Endpoint(address: facts.pair.client, port: facts.key.port(flow.client))
        server = FlowRecord.Endpoint(address: facts.endpoint.address, port: facts.endpoint.port)
        helloSegments = Int(tls.clientHelloSegments)
        self.tls = record
    }
}
