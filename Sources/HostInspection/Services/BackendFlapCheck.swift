public import Casebook

/// `host.lb.backends-flap` from HAProxy's own count of changes.
public struct BackendFlapCheck: HostCheck {
    public static let finding: FactID = "host.lb.backends-flap"
    /// Changes between up and down of all servers together, and the seconds that they are counted
    /// over (catalogue, `host.lb.backends-flap`).
    static let leastChanges = 3
    static let window = 600

    public let name = "backend-flap"
    public let establishes = [Self.finding]
    let first: Observed<HAProxyStatus>
    let second: Observed<HAProxyStatus>?

    public func run(_ host: HostContext) -> [Evidence] { [judge(host)] }

    private func judge(_ host: HostContext) -> Evidence {
        guard case .known(let latest) = second ?? first else {
            let obstacle = (second ?? first).obstacle ?? Obstacle(.missing, "the stats socket")
            return host.unknown(Self.finding, obstacle)
        }
        let earlier = second == nil ? nil : first.value
        let tally = Tally(latest, earlier: earlier)
        let changes = "\(tally.changes) changes between up and down"
        if tally.changes >= Self.leastChanges {
            return host.present(
                Self.finding, "\(changes) in the last ten minutes: \(tally.shown).",
                count: tally.changes,
                measure: Evidence.Measure(value: Double(tally.changes), unit: "count"))
        }
        if tally.mayBeMore {
            return host.unknown(
                Self.finding,
                Obstacle(
                    .needsSecondLook, "how often \(tally.shown) changed",
                    "HAProxy tells only when it last did"))
        }
        return host.absent(
            Self.finding,
            "\(tally.changes == 0 ? "No change" : changes) of "
                + "\(latest.servers.count) servers in the last ten minutes.")
    }

    /// What can be counted of the last ten minutes.
    private struct Tally {
        var changes = 0
        /// A server has changed in this time, perhaps several times.
        var mayBeMore = false
        private var names: [String] = []

        var shown: String {
            let rest = names.count > 3 ? " and \(names.count - 3) more" : ""
            return names.prefix(3).joined(separator: ", ") + rest
        }

        init(_ status: HAProxyStatus, earlier: HAProxyStatus?) {
            let uptime = status.number("Uptime_sec").map { Int(clamping: Int64($0)) } ?? .max
            let before = Dictionary(
                (earlier?.servers ?? []).map { (Self.key($0), $0) },
                uniquingKeysWith: { first, _ in first })
            for server in status.servers where server.isUp || server.isDown {
                let (count, isExact) = Self.changes(server, before[Self.key(server)], uptime)
                changes += count
                if count > 0 { names.append("\(server.backend)/\(server.name)") }
                if !isExact { mayBeMore = true }
            }
        }

        private static func key(_ server: HAProxyStatus.Server) -> String {
            "\(server.backend)/\(server.name)"
        }

        private static func changes(
            _ server: HAProxyStatus.Server, _ before: HAProxyStatus.Server?, _ uptime: Int
        ) -> (Int, isExact: Bool) {
            // Servers begin up; each way down but the last was followed by a way up.
            let sinceStart = 2 * server.downs - (server.isDown ? 1 : 0)
            if uptime <= window { return (max(0, sinceStart), true) }
            var between = 0
            if let before, server.downs >= before.downs {
                between = 2 * (server.downs - before.downs)
                if before.isDown, server.isUp { between += 1 }
                if before.isUp, server.isDown { between -= 1 }
            }
            guard let age = server.sinceChange, age < window, server.downs > 0 else {
                return (between, true)
            }
            // The last change is certain; what came before it in the same time is not told.
            return (max(1, between), sinceStart <= max(1, between))
        }
    }
}
