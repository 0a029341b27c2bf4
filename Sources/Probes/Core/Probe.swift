public import Casebook

/// A question to a target over the network. One probe is one file and one line in `ProbeList`.
public protocol Probe: SendableMetatype {
    /// The word on the command line, for example `tls-second-client`.
    static var name: String { get }
    /// What it asks, in one sentence without a final stop.
    static var summary: String { get }
    /// Each is in the report of every run, with its state; ids of `casebook/findings.yaml`.
    static var findings: [FactID] { get }
    static var effect: EffectClass { get }
    /// It behaves as any client does, so what its packets show is no doing of ours.
    static var isOrdinaryClient: Bool { get }
    /// The schemes it makes sense for.
    static var schemes: Set<ProbeTarget.Scheme> { get }
    /// Upper bounds, before anything is sent, for a name with that many addresses.
    static func plan(_ target: ProbeTarget, _ options: ProbeOptions, addresses: Int) -> ProbePlan
    /// Blocks its thread. Trouble in the world is part of the report.
    static func run(_ context: ProbeContext) -> ProbeReport
}

extension Probe {
    public static var isOrdinaryClient: Bool { false }
}

/// What a probe would do at most.
public struct ProbePlan: Hashable, Sendable {
    public var connections: Int
    /// Sent by us, headers of TCP and IP not counted.
    public var bytes: Int
    public var seconds: Double
    /// Rights and tools, for example `CAP_NET_RAW`; empty for most.
    public var needs: [String]
    /// What happens on the wire, in one or two sentences.
    public var description: String

    public init(
        connections: Int, bytes: Int, seconds: Double, needs: [String] = [], description: String
    ) {
        self.connections = connections
        self.bytes = bytes
        self.seconds = seconds
        self.needs = needs
        self.description = description
    }
}

/// Every probe, in the order in which they are listed and run.
public enum ProbeList {
    public static let all: [any Probe.Type] = [
        TCPProbe.self,
        TCPSourceProbe.self,
        TCPRepeatProbe.self,
        TCPSourcePortProbe.self,
        HandshakeStormProbe.self,
        TCPParallelProbe.self,
        StartTLSProbe.self,
        ProxyProtocolProbe.self,
        TCPIdleProbe.self,
        GreetingProbe.self,
        IPv6Probe.self,
        DNSProbe.self,
        DNSReverseProbe.self,
        PingProbe.self,
        PathMTUProbe.self,
        PathLossProbe.self,
        PathLoadProbe.self,
        WhoAcknowledgesProbe.self,
        TLSProbe.self,
        TLSNameProbe.self,
        TLSAddressesProbe.self,
        TLSVersionsProbe.self,
        TLSHelloSizeProbe.self,
        PlainOnTLSProbe.self,
        TLSRevocationProbe.self,
        ResumptionProbe.self,
        ResumptionFarmProbe.self,
        TLSCiphersProbe.self,
        TLSSecondClientProbe.self,
        HTTPProbe.self,
        HTTPRepeatProbe.self,
        HTTPDirectProbe.self,
        HTTPHealthProbe.self,
        HTTPVirtualHostProbe.self,
        HTTPExpectProbe.self,
        HTTPLimitsProbe.self,
        HTTPKeepAliveProbe.self,
        HTTP2Probe.self,
        HTTP2LifetimeProbe.self,
        HTTP2PingProbe.self,
        QUICProbe.self,
        ClockProbe.self,
        HTTPSpreadProbe.self,
        HTTPRampProbe.self,
        HTTPAbandonProbe.self,
        HTTPDesyncProbe.self,
    ]

    public static func named(_ name: String) -> (any Probe.Type)? { all.first { $0.name == name } }

    /// Those that fit the target and are allowed.
    public static func bundle(
        for target: ProbeTarget, allowed: EffectClass
    ) -> [any Probe.Type] {
        all.filter { $0.schemes.contains(target.scheme) && $0.effect <= allowed }
    }
}
