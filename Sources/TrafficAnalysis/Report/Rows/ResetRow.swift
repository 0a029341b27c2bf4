/// The first RST that one side of a flow sent.
public struct ResetRow: Sendable {
    /// What the RST looks like and what it cuts; the first that fits.
    public enum Shape: String, Sendable {
        /// Answers the peer's SYN: nobody listens, or somebody rejects.
        case refusal
        /// Came with a TTL 3 or more away from all other packets of its sender.
        case foreign
        /// After its sender's FIN, answering data that came later.
        case afterFINData = "after-fin-data"
        /// After its sender's FIN.
        case afterFIN = "after-fin"
        /// While data of its sender was not acknowledged.
        case cutsOwnData = "cuts-own-data"
        /// While a request of the peer was not answered, or the peer's last data just came.
        case answersData = "answers-data"
        /// With all answered.
        case idle
    }

    /// Zero-based, Wireshark's `tcp.stream`.
    public var flow: Int
    public var packet: Int
    /// Nanoseconds since 1970.
    public var time: Int64
    public var client: FlowRecord.Endpoint
    public var server: FlowRecord.Endpoint
    public var byClient: Bool
    /// How many RSTs that side sent in all.
    public var count: Int
    public var shape: Shape
    public var hasACK: Bool
    public var timeToLive: Int
    /// The connection's first FIN or RST.
    public var endsConnection: Bool
    /// Nanoseconds since the sender's last data; `nil` without any.
    public var sinceOwnData: Int64?
    /// Nanoseconds since the peer's last data; `nil` without any.
    public var sincePeerData: Int64?

    init?(_ facts: FlowFacts, direction d: Int) {
        let rare = facts.rare(d)
        guard rare.reset.packet != 0 else { return nil }
        let (flow, reset) = (facts.flow, rare.reset)
        self.flow = facts.number
        packet = Int(reset.packet)
        time = reset.time
        client = FlowRecord.Endpoint(address: facts.pair.client, port: facts.key.port(flow.client))
        server = FlowRecord.Endpoint(address: facts.endpoint.address, port: facts.endpoint.port)
        byClient = d == flow.client
        count = Int(flow.directions[d].rst)
        shape = Self.shape(facts, rare, direction: d)
        hasACK = reset.withACK
        timeToLive = Int(reset.timeToLive)
        endsConnection = facts.firstClose.packet == reset.packet
        sinceOwnData = reset.sinceOwnPayload < 0 ? nil : reset.sinceOwnPayload
        sincePeerData = reset.sincePeerPayload < 0 ? nil : reset.sincePeerPayload
    }

    private static func shape(
        _ facts: FlowFacts, _ rare: RareDirection, direction d: Int
    ) -> Shape {
        let reset = rare.reset
        if reset.answersSYN { return .refusal }
        if facts.hasForeignTTL(reset, direction: d) { return .foreign }
        if reset.afterOwnFIN {
            let isAnswer = facts.flow.directions[1 - d].has.contains(.payloadAfterPeerFIN)
            return isAnswer ? .afterFINData : .afterFIN
        }
        if reset.ownPayloadUnacknowledged { return .cutsOwnData }
        let close = facts.firstClose
        let isAsked =
            close.packet == reset.packet && close.sinceMessage >= 0 && Int(close.askedBy) == 1 - d
        return isAsked || 0...100_000_000 ~= reset.sincePeerPayload ? .answersData : .idle
    }
}
