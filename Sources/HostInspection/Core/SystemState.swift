/// The machine apart from its network: clock, trust store, processors.
public struct SystemState: Sendable {
    public var clock: Observed<ClockState>
    public var trustStore: Observed<TrustStore>
    /// Jiffies of each processor: all, and those in softirq (proc_stat(5)).
    public var processors: Observed<[ProcessorTime]>
    /// `nil` where the kernel does not keep it (PSI off).
    public var pressure: [Pressure]
    public var pressureObstacle: Obstacle?

    public init(
        clock: Observed<ClockState> = .unknown(Obstacle(.missing, "adjtimex")),
        trustStore: Observed<TrustStore> = .unknown(Obstacle(.missing, "trust store")),
        processors: Observed<[ProcessorTime]> = .unknown(Obstacle(.missing, "/proc/stat")),
        pressure: [Pressure] = [], pressureObstacle: Obstacle? = nil
    ) {
        self.clock = clock
        self.trustStore = trustStore
        self.processors = processors
        self.pressure = pressure
        self.pressureObstacle = pressureObstacle
    }
}

/// What adjtimex(2) says.
public struct ClockState: Hashable, Sendable {
    /// Neither STA_UNSYNC nor TIME_ERROR.
    public var isSynchronised: Bool
    /// Seconds.
    public var estimatedError: Double
    public var maximumError: Double
    public var offset: Double

    public init(
        isSynchronised: Bool, estimatedError: Double, maximumError: Double, offset: Double
    ) {
        self.isSynchronised = isSynchronised
        self.estimatedError = estimatedError
        self.maximumError = maximumError
        self.offset = offset
    }
}

/// The bundle of trusted roots that OpenSSL and GnuTLS use on this host.
public struct TrustStore: Hashable, Sendable {
    public var path: String
    /// Nanoseconds since 1970 of the last change.
    public var modified: Int64
    public var certificates: Int
    /// Subjects of roots that are past their date, at most 32.
    public var expired: [String]
    var roots: [CertificateSummary] = []

    public init(path: String, modified: Int64, certificates: Int, expired: [String] = []) {
        self.path = path
        self.modified = modified
        self.certificates = certificates
        self.expired = expired
    }
}

public struct ProcessorTime: Hashable, Sendable {
    public var processor: Int
    public var all: UInt64
    public var softirq: UInt64
    public var idle: UInt64

    public init(processor: Int, all: UInt64, softirq: UInt64, idle: UInt64) {
        self.processor = processor
        self.all = all
        self.softirq = softirq
        self.idle = idle
    }
}

/// Pressure stall information (Documentation/accounting/psi.rst).
public struct Pressure: Hashable, Sendable {
    /// `cpu`, `memory`, `io`.
    public var resource: String
    /// `some` (at least one task waits) or `full` (all do).
    public var kind: String
    /// The cgroup; empty for the host.
    public var subject: String
    /// Percent of the last 10, 60 and 300 s.
    public var average10: Double
    public var average60: Double
    public var average300: Double

    public init(
        resource: String, kind: String, subject: String = "", average10: Double,
        average60: Double, average300: Double
    ) {
        self.resource = resource
        self.kind = kind
        self.subject = subject
        self.average10 = average10
        self.average60 = average60
        self.average300 = average300
    }
}
