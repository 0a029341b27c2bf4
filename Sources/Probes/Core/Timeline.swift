/// One step of a connection, for example `resolve`, `connect`, `tls.server-hello`, `first-byte`.
public struct Stage: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case ok
        case timedOut
        case failed(String)
    }

    public var name: String
    /// Nanoseconds since the start of the timeline.
    public var start: Int64
    /// Nanoseconds.
    public var duration: Int64
    public var outcome: Outcome
    /// Text that may come from outside: bounded here, cleaned where it is shown.
    public var detail: String

    public init(
        name: String, start: Int64, duration: Int64, outcome: Outcome = .ok, detail: String = ""
    ) {
        self.name = name
        self.start = start
        self.duration = duration
        self.outcome = outcome
        self.detail = String(detail.prefix(Self.longestDetail))
    }

    static let longestDetail = 200
}

/// The stages of one connection.
public struct Timeline: Hashable, Sendable {
    /// What the connection was for, for example `clean close 3`.
    public var label: String
    public var remote: String
    public var local: String?
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var start: Int64
    public var stages: [Stage] = []
    /// Read just before the connection was closed; `nil` when it never was open.
    public var tcpInfo: TCPInfo?
    /// How we ended it: `close`, `reset`; `nil` when it never was open.
    public var ending: String?
    public var bytesSent = 0
    public var bytesReceived = 0

    let origin: MonotonicInstant
    /// A connection with more stages keeps the first ones.
    static let mostStages = 256

    init(label: String, remote: String) {
        self.label = label
        self.remote = remote
        start = wallClock()
        origin = .now
    }

    mutating func add(
        _ name: String, from begin: MonotonicInstant, to end: MonotonicInstant,
        _ outcome: Stage.Outcome = .ok, detail: String = ""
    ) {
        guard stages.count < Self.mostStages else { return }
        stages.append(
            Stage(
                name: name, start: begin - origin, duration: end - begin, outcome: outcome,
                detail: detail))
    }

    /// The first stage of that name.
    public func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }
}
