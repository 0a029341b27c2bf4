public import Casebook

/// `host.cpu.tls-handshakes` from HAProxy's key rates and idle time.
public struct HandshakeCostCheck: HostCheck {
    public static let finding: FactID = "host.cpu.tls-handshakes"
    /// Percent of idle time at which a HAProxy is busy, and at which it is not.
    static let busyIdle = 20.0
    static let calmIdle = 80.0
    /// Key computations a second and thread. One RSA signature of 2048 bits takes about a
    /// millisecond with what belongs to it; the incident had 300 on one thread.
    static let manyKeys = 100.0

    public let name = "handshake-cost"
    public let establishes = [Self.finding]
    let status: Observed<HAProxyStatus>

    public func run(_ host: HostContext) -> [Evidence] {
        switch status {
        case .unknown(let obstacle): [host.unknown(Self.finding, obstacle)]
        case .known(let status): [judge(status, host)]
        }
    }

    private func judge(_ status: HAProxyStatus, _ host: HostContext) -> Evidence {
        guard let idle = status.number("Idle_pct"),
            let front = status.number("SslFrontendKeyRate"),
            let back = status.number("SslBackendKeyRate")
        else {
            return host.unknown(
                Self.finding, Obstacle(.malformed, "the answer of \(status.path)", "no key rates"))
        }
        let threads = max(1, status.number("Nbthread") ?? 1)
        let keys = front + back
        let figures =
            "HAProxy computes \(Int(keys)) TLS keys a second (\(Int(back)) towards servers) on "
            + "\(Int(threads)) threads and is idle \(Int(idle)) % of the time"
        if idle <= Self.busyIdle, keys >= Self.manyKeys * threads {
            return host.present(
                Self.finding, figures + ".",
                measure: Evidence.Measure(value: 100 - idle, unit: "percent"))
        }
        if idle >= Self.calmIdle || keys == 0 {
            return host.absent(Self.finding, figures + ".")
        }
        return host.unknown(
            Self.finding,
            Obstacle(.unsupported, "what its processors do", figures))
    }
}
