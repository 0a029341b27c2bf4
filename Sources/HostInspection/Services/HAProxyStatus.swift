/// What a HAProxy says of itself on its stats socket (management.txt 9.3, `show info`, `show stat`).
public struct HAProxyStatus: Sendable {
    /// A server of a backend.
    public struct Server: Hashable, Sendable {
        public var backend: String
        public var name: String
        /// `UP`, `DOWN`, `UP 1/3`, `MAINT`, `no check` …
        public var status: String
        public var sessions: Int
        public var queue: Int
        /// Transitions to DOWN since the start.
        public var downs: Int
        /// Seconds since the last change between UP and DOWN.
        public var sinceChange: Int?
        /// `L4OK`, `L4TOUT`, `L6RSP`, `L7STS` … with its code, and what the check said.
        public var check: String
        public var checkCode: Int?
        public var lastCheck: String

        public var isUp: Bool { status.hasPrefix("UP") }
        public var isDown: Bool { status.hasPrefix("DOWN") }
    }

    public static let maximumServers = 10_000

    public var path: String
    /// `show info`, by its names: `Uptime_sec`, `Idle_pct`, `SslBackendKeyRate` …
    public var info: [String: String]
    public var servers: [Server]

    public func number(_ name: String) -> Double? { info[name].flatMap { Double($0) } }

    /// - Parameter seconds: for both questions together.
    public static func look(_ path: String, seconds: Double = 3) -> Observed<HAProxyStatus> {
        let question = StreamQuestion(
            subject: "the stats socket \(path)", deadline: .now + .seconds(seconds))
        return question.ask(unix: path, "show info\n").flatMap { info in
            question.ask(unix: path, "show stat\n").flatMap { stat in
                read(path, info: info, stat: stat)
            }
        }
    }

    static func read(_ path: String, info: [UInt8], stat: [UInt8]) -> Observed<HAProxyStatus> {
        var names: [String: String] = [:]
        for line in info.split(separator: UInt8(ascii: "\n")).prefix(1000) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = text(line[..<colon])
            names[name] = text(line[(colon + 1)...].drop { $0 == 0x20 })
        }
        guard names["Name"] != nil, names["Uptime_sec"] != nil else {
            let subject = "the answer of \(path)"
            let detail = "no \"Uptime_sec\" in it; it begins with “\(text(info.prefix(60)))”"
            return .unknown(Obstacle(.malformed, subject, info.isEmpty ? "it is empty" : detail))
        }
        let servers = StatTable(stat).servers()
        return .known(HAProxyStatus(path: path, info: names, servers: servers))
    }

    /// Bounded, as UTF-8.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.prefix(200), as: UTF8.self)
    }
}
