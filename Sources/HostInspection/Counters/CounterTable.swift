/// A number that the kernel keeps, by its name in `nstat`, or `file.column` where nstat has none.
public struct Counter: Hashable, Sendable {
    /// `TcpOutRsts`, `TcpExtListenDrops`, `Softnet.dropped`, `Conntrack.insert_failed`,
    /// `Interface.eth0.rx_dropped`, `Sockstat.TCP.mem`.
    public var name: String
    public var value: UInt64
    /// A level (sockets in use), not a sum since boot.
    public var isGauge: Bool

    public init(name: String, value: UInt64, isGauge: Bool = false) {
        self.name = name
        self.value = value
        self.isGauge = isGauge
    }
}

/// Every counter of one look, and the files that could not be read.
public struct CounterTable: Sendable {
    /// In the order of the files.
    public private(set) var counters: [Counter] = []
    /// By file or table.
    public var obstacles: [Obstacle] = []
    private var places: [String: Int] = [:]

    public init() {}

    public subscript(name: String) -> UInt64? { places[name].map { counters[$0].value } }

    /// The last value under a name wins.
    public mutating func add(_ counter: Counter) {
        if let place = places[counter.name] {
            counters[place] = counter
        } else {
            places[counter.name] = counters.count
            counters.append(counter)
        }
    }
}

/// How a counter moved between two looks.
public struct CounterRate: Hashable, Sendable {
    public var name: String
    public var first: UInt64
    public var second: UInt64
    /// Seconds between the looks.
    public var interval: Double

    public init(name: String, first: UInt64, second: UInt64, interval: Double) {
        self.name = name
        self.first = first
        self.second = second
        self.interval = interval
    }

    /// 0 when the counter was reset (its namespace or interface was made anew).
    public var increase: UInt64 { second >= first ? second - first : 0 }
    public var perMinute: Double { interval > 0 ? Double(increase) * 60 / interval : 0 }
}
