/// One look at a host: plain values, nothing of it changes any more.
public struct HostSnapshot: Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var time: Int64
    /// Nanoseconds since boot (CLOCK_BOOTTIME), for the distance of two looks.
    public var sinceBoot: Int64
    public var kernel: String
    public var sockets: Observed<SocketTable>
    public var counters: CounterTable
    public var limits: [Limit]
    public var processes: Observed<ProcessTable>
    public var network: NetworkState
    public var system: SystemState

    public init(
        time: Int64 = 0, sinceBoot: Int64 = 0, kernel: String = "",
        sockets: Observed<SocketTable> = .unknown(Obstacle(.missing, "socket table")),
        counters: CounterTable = CounterTable(), limits: [Limit] = [],
        processes: Observed<ProcessTable> = .unknown(Obstacle(.missing, "/proc")),
        network: NetworkState = NetworkState(), system: SystemState = SystemState()
    ) {
        self.time = time
        self.sinceBoot = sinceBoot
        self.kernel = kernel
        self.sockets = sockets
        self.counters = counters
        self.limits = limits
        self.processes = processes
        self.network = network
        self.system = system
    }
}
