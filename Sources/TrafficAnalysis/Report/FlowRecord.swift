public import Dissection

/// A value for each side of a flow.
public struct PerSide<Value> {
    public var client: Value
    public var server: Value

    public init(client: Value, server: Value) {
        self.client = client
        self.server = server
    }

    func map<Other>(_ transform: (Value) -> Other) -> PerSide<Other> {
        PerSide<Other>(client: transform(client), server: transform(server))
    }
}

extension PerSide: Sendable where Value: Sendable {}
extension PerSide: Equatable where Value: Equatable {}

/// One flow as `inquest.flow/1` shows it.
public struct FlowRecord: Sendable {
    public struct Endpoint: Sendable, Hashable {
        public var address: IPAddress
        public var port: UInt16
    }

    /// How one side ended its TLS stream.
    public enum Close: String, Sendable {
        /// An alert record was its last (up to TLS 1.2 encrypted, so its description is a guess).
        case closeNotify = "close-notify"
        /// TLS 1.3: a record of 19 bytes was its last, the size of an encrypted alert.
        case probableCloseNotify = "probable-close-notify"
        case fin, rst, none
    }

    public struct Alert: Sendable, Equatable {
        public var byClient: Bool
        public var alert: TLSAlert

        /// The registry's name.
        public var name: String { alert.name }
    }

    public struct TLS: Sendable {
        public var clientHellos: Int
        public var serverHellos: Int
        public var serverName: String?
        public var version: String?
        public var alpn: String?
        public var offeredResumption: Bool
        public var resumed: Bool
        public var alerts: [Alert]
        /// From the ClientHello's last byte to the ServerHello, in nanoseconds.
        public var serverHelloAfter: Int64?
        public var close: PerSide<Close>
    }

    /// Zero-based, in order of the flows' first packets: Wireshark's `tcp.stream`.
    public var flow: Int
    /// Community ID version 1, seed 0.
    public var communityID: String
    public var first: Int64
    public var last: Int64
    public var client: Endpoint
    public var server: Endpoint
    /// `syn`, `hello` or `port`: the rule that said who the client is.
    public var clientIs: String
    public var packets: PerSide<Int>
    public var payloadBytes: PerSide<UInt64>
    public var syn: PerSide<Int>
    public var fin: PerSide<Int>
    public var rst: PerSide<Int>
    public var retransmitted: PerSide<Int>
    public var outOfOrder: PerSide<Int>
    public var duplicateACKs: PerSide<Int>
    public var zeroWindows: PerSide<Int>
    /// Distinct values in order of appearance.
    public var ttl: PerSide<[UInt8]>
    /// Distinct source addresses in order of appearance.
    public var mac: PerSide<[UInt64]>
    public var vlan: [UInt16]
    /// Zeek's letters.
    public var history: String
    /// Zeek's `conn_state`.
    public var state: String
    public var tls: TLS?
}
