/// Interfaces, routes, neighbours and the settings that decide how connections behave.
public struct NetworkState: Sendable {
    public var interfaces: Observed<[NetworkInterface]>
    public var routes: Observed<[Route]>
    public var neighbours: Observed<[Neighbour]>
    /// Entries of the connection-tracking table, when it could be listed (root).
    public var conntrack: Observed<[ConntrackEntry]>
    /// By the names of sysctl(8), for example `net.ipv4.tcp_keepalive_time`; values as text.
    public var sysctls: [String: Observed<String>]
    public var resolver: Observed<ResolverConfiguration>

    public init(
        interfaces: Observed<[NetworkInterface]> = .unknown(Obstacle(.missing, "interfaces")),
        routes: Observed<[Route]> = .unknown(Obstacle(.missing, "routes")),
        neighbours: Observed<[Neighbour]> = .unknown(Obstacle(.missing, "neighbour table")),
        conntrack: Observed<[ConntrackEntry]> = .unknown(Obstacle(.missing, "conntrack")),
        sysctls: [String: Observed<String>] = [:],
        resolver: Observed<ResolverConfiguration> = .unknown(
            Obstacle(.missing, "/etc/resolv.conf"))
    ) {
        self.interfaces = interfaces
        self.routes = routes
        self.neighbours = neighbours
        self.conntrack = conntrack
        self.sysctls = sysctls
        self.resolver = resolver
    }

    /// The first number of a sysctl.
    public func number(_ name: String) -> Observed<UInt64> {
        let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
        return (sysctls[name] ?? .unknown(Obstacle(.missing, path))).flatMap { text in
            let word = text.split(whereSeparator: \.isWhitespace).first ?? ""
            return UInt64(word).map(Observed.known)
                ?? .unknown(Obstacle(.malformed, path, "no number"))
        }
    }
}

public struct NetworkInterface: Hashable, Sendable {
    public var index: UInt32
    public var name: String
    public var mtu: UInt32
    public var isUp: Bool
    public var isLoopback: Bool
    public var addresses: [IPAddress]

    public init(
        index: UInt32, name: String, mtu: UInt32, isUp: Bool, isLoopback: Bool,
        addresses: [IPAddress] = []
    ) {
        self.index = index
        self.name = name
        self.mtu = mtu
        self.isUp = isUp
        self.isLoopback = isLoopback
        self.addresses = addresses
    }
}

public struct Route: Hashable, Sendable {
    /// The network; unspecified with length 0 for the default route.
    public var destination: IPAddress
    public var isIPv6: Bool
    public var prefixLength: UInt8
    /// `nil` for networks at the link.
    public var gateway: IPAddress?
    /// 0 when the kernel names none.
    public var interface: UInt32
    public var table: UInt32
    public var metric: UInt32

    public init(
        destination: IPAddress, isIPv6: Bool, prefixLength: UInt8, gateway: IPAddress?,
        interface: UInt32, table: UInt32 = 254, metric: UInt32 = 0
    ) {
        self.destination = destination
        self.isIPv6 = isIPv6
        self.prefixLength = prefixLength
        self.gateway = gateway
        self.interface = interface
        self.table = table
        self.metric = metric
    }
}

public struct Neighbour: Hashable, Sendable {
    public var address: IPAddress
    public var interface: UInt32
    /// NUD_… bits (include/uapi/linux/neighbour.h).
    public var state: UInt16
    /// Most significant byte first in the low 48 bits; `nil` while it is not known.
    public var mac: UInt64?

    public init(address: IPAddress, interface: UInt32, state: UInt16, mac: UInt64?) {
        self.address = address
        self.interface = interface
        self.state = state
        self.mac = mac
    }

    /// NUD_INCOMPLETE or NUD_FAILED: nobody answered.
    public var isUnanswered: Bool { state & 0x21 != 0 }
}

/// One tracked connection.
public struct ConntrackEntry: Hashable, Sendable {
    /// Whom the client wanted to reach.
    public var destination: SocketAddress
    /// Who answers to the client's packets after translation.
    public var replySource: SocketAddress
    public var isUDP: Bool
    /// Nothing came back yet: `[UNREPLIED]`.
    public var isUnreplied: Bool
    /// Seconds until it is dropped.
    public var timeout: UInt32

    public init(
        destination: SocketAddress, replySource: SocketAddress, isUDP: Bool, isUnreplied: Bool,
        timeout: UInt32
    ) {
        self.destination = destination
        self.replySource = replySource
        self.isUDP = isUDP
        self.isUnreplied = isUnreplied
        self.timeout = timeout
    }
}

/// resolv.conf(5).
public struct ResolverConfiguration: Hashable, Sendable {
    /// At most 16, as written.
    public var nameservers: [String]
    public var search: [String]
    public var ndots: Int
    /// Seconds before the next server is asked.
    public var timeout: Int
    public var attempts: Int

    public init(
        nameservers: [String] = [], search: [String] = [], ndots: Int = 1, timeout: Int = 5,
        attempts: Int = 2
    ) {
        self.nameservers = nameservers
        self.search = search
        self.ndots = ndots
        self.timeout = timeout
        self.attempts = attempts
    }
}
