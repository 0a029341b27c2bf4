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

        /// The side said that nothing more would come.
        var isPolite: Bool { self == .closeNotify || self == .probableCloseNotify }
    }

    public struct Alert: Sendable, Equatable {
        public var byClient: Bool
        public var alert: TLSAlert

        /// The registry's name.
        public var name: String { alert.name }
    }

    /// What a server's certificates say; whether they are genuine is not checked.
    public struct Certificates: Sendable, Equatable {
        public var count: Int
        /// Of the leaf.
        public var commonName: String?
        /// dNSName of the leaf, the first 16.
        public var names: [String]
        public var issuer: String?
        /// Nanoseconds since 1970: when the last of them begins and the first ends to be valid.
        public var notBefore: Int64
        public var notAfter: Int64
        /// The leaf is its own issuer.
        public var isSelfIssued: Bool
        /// The leaf's issuer is among them, or nobody else's.
        public var isComplete: Bool
        /// Whether the leaf is for the ClientHello's server name; `nil` without one.
        public var isForServerName: Bool?
    }

    /// What a side's SYN or SYN-ACK offered.
    public struct Options: Sendable, Equatable {
        /// In bytes; `nil` without the option.
        public var mss: Int?
        public var windowScale: Int?
        public var sackPermitted: Bool
        public var timestamps: Bool
    }

    /// Other options in a repeat of the same SYN.
    public struct ChangedOptions: Sendable, Equatable {
        public var options: Options
        public var packet: Int
        /// Within 100 ms: a box on the way wrote them; later the sender may have.
        public var onTheWay: Bool
    }

    /// Times between a segment of a side and the peer's answer, at the place of the capture, in
    /// nanoseconds.
    public struct RoundTrip: Sendable, Equatable {
        public var samples: Int
        public var least: Int64
        public var mean: Int64
        public var most: Int64
    }

    /// How the connection began, as far as the capture shows.
    public enum Opening: String, Sendable {
        case complete, simultaneous, refused, unanswered, midstream
        /// A SYN-ACK, and no ACK of it.
        case halfOpen = "half-open"
        /// Only one side of a handshake.
        case oneSided = "one-sided"
    }

    public struct TLS: Sendable {
        public var clientHellos: Int
        public var serverHellos: Int
        public var serverName: String?
        public var version: String?
        public var alpn: String?
        public var offeredResumption: Bool
        public var resumed: Bool
        /// `session-id`, `ticket`, `psk`: what the client had to resume.
        public var offeredForms: [String]
        /// One of them: by what the server resumed.
        public var resumedBy: String?
        /// JA4 of the first ClientHello, over TCP.
        public var ja4: String?
        /// The messages in order, capital for the client: Zeek's `ssl_history`.
        public var history: String
        /// The server's certificates, up to TLS 1.2.
        public var certificates: Certificates?
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
    /// Of the retransmitted: asked for by duplicate ACKs, and of what was acknowledged before.
    public var fastRetransmitted: PerSide<Int>
    public var spuriouslyRetransmitted: PerSide<Int>
    public var keepAlives: PerSide<Int>
    /// How often bytes were left out that came later or never.
    public var gaps: PerSide<Int>
    /// Segments that filled the peer's window.
    public var windowFull: PerSide<Int>
    public var opening: Opening
    /// `nil` where the SYN is not in the capture.
    public var options: PerSide<Options?>
    public var changedOptions: PerSide<ChangedOptions?>
    /// By the handshake: of the client SYN to SYN-ACK, of the server SYN-ACK to ACK.
    public var handshakeRoundTrip: PerSide<Int64?>
    /// By acknowledgement, and by timestamp; of a side's data from its 16th packet on.
    public var roundTrip: PerSide<RoundTrip?>
    public var echoRoundTrip: PerSide<RoundTrip?>
    /// The most bytes that were sent and not acknowledged; `nil` below 16 packets.
    public var largestFlight: PerSide<Int?>
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
