/// Everything that decides the bytes of a generated capture; the same options give the same bytes.
public struct GeneratorOptions: Sendable, Equatable {
    /// When to stop opening connections; those open by then are played to their end.
    public enum Limit: Sendable, Equatable {
        case flows(Int)
        /// At least so many packets; more by less than one flow.
        case packets(Int)
    }

    public var limit = Limit.flows(1000)
    public var seed: UInt64 = 1
    /// Connections opened per second of capture time: more of them means more live at once.
    public var flowsPerSecond = 1000
    /// Mean size of one response in bytes, before TLS.
    public var meanResponse = 6000
    /// Client hosts; connections are spread over them evenly.
    public var clients = 250
    /// Server hosts, at most 200.
    public var servers = 64
    /// The faults to choose from, in the order given.
    public var faults = Fault.allCases
    public var shares = Shares()
    public var file = FileFormat()

    public init() {}

    /// Shares of all connections, in percent.
    public struct Shares: Sendable, Equatable {
        /// Connections with exactly one of the chosen faults; all others are healthy.
        public var faulty = 10
        public var ipv6 = 25
        /// With one 802.1Q tag, or (a third of them) a service tag before it.
        public var vlan = 20
        /// HTTP in clear text; all others speak TLS.
        public var plain = 10
        /// Of the TLS connections: negotiated as TLS 1.2, all others as TLS 1.3.
        public var tls12 = 30
        /// Of the TLS 1.3 connections: with a post-quantum key share, so a hello over two segments.
        public var postQuantum = 30
        /// Of the TLS connections: that offer a session.
        public var resumption = 30
        /// With segments above the MTU, as network cards merge them.
        public var merged = 3

        public init() {}
    }
}

/// How the packets are stored; they are the same in every format.
public struct FileFormat: Sendable, Equatable {
    public enum Container: String, Sendable, CaseIterable { case pcap, pcapng }
    public enum Precision: String, Sendable, CaseIterable { case microseconds, nanoseconds }
    public enum ByteOrder: String, Sendable, CaseIterable { case little, big }

    public var container = Container.pcap
    public var precision = Precision.microseconds
    public var byteOrder = ByteOrder.little
    /// Bytes kept of a frame.
    public var snapLength = 262_144

    public init() {}

    /// The instant as the file can hold it, in nanoseconds.
    func stored(_ time: UInt64) -> UInt64 {
        precision == .nanoseconds ? time : time - time % 1000
    }
}
