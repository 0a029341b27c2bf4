/// What a person may choose about the probes of HTTP; part of `ProbeOptions`.
public struct HTTPOptions: Hashable, Sendable {
    /// A path that the operator's health check asks, begins with `/`; the target's own path is the
    /// one that users take.
    public var healthPath: String?
    /// Another name that the same server is said to serve.
    public var otherHost: String?
    /// After how many seconds a request is given up on purpose.
    public var abandonAfter = 0.3
    /// Seconds for which the proxy before the target keeps idle connections; nginx keeps those to
    /// its backends 60 s (ngx_http_upstream_module, `keepalive_timeout`).
    public var proxyIdle = 60.0
    /// Parallel requests of the client whose trouble is looked into; RFC 9113 §6.5.2 advises
    /// servers to allow no fewer than 100 streams.
    public var clientConcurrency = 100
    /// Seconds between the pings of the client whose trouble is looked into; clients of gRPC are
    /// often set to 10, servers by themselves allow one in 5 minutes (gRPC proposal A8, A9).
    public var pingInterval = 10.0
    /// How many backends stand behind the target, where the operator knows.
    public var backends: Int?
    /// Other servers whose `Date` is compared with this host's clock.
    public var clockServers: [ProbeTarget] = []
    /// A server of NTP, `host` or `host:port`.
    public var timeServer: String?

    public init() {}
}
