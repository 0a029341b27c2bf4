internal import Synchronization

/// What a probe is doing at this moment.
public struct ProbeNotice: Hashable, Sendable {
    /// The name of the probe.
    public var check: String
    /// A stage that begins and with whom, `connect 192.0.2.1:443`, or an entry of the log. May hold
    /// text from outside: cleaned where it is shown.
    public var text: String
}

/// What probes of one run share: the addresses of a target, the rate limits.
final class SharedState: Sendable {
    let pacer: Pacer
    let tls: TLSShared
    let onNotice: @Sendable (ProbeNotice) -> Void
    let addresses = Mutex<[String: Result<[SocketAddress], NetworkFailure>]>([:])

    init(
        pacer: Pacer, tls: TLSShared, onNotice: @escaping @Sendable (ProbeNotice) -> Void
    ) {
        self.pacer = pacer
        self.tls = tls
        self.onNotice = onNotice
    }
}

/// Spaces the starts of connections to one host and port.
final class Pacer: Sendable {
    private let next = Mutex<[String: MonotonicInstant]>([:])
    private static let mostTargets = 16_384

    /// Takes the next free instant.
    func nextTurn(for target: String, perSecond: Double) -> MonotonicInstant {
        next.withLock { table in
            let now = MonotonicInstant.now
            if table.count >= Self.mostTargets { table = table.filter { $0.value > now } }
            let turn = max(now, table[target] ?? now)
            table[target] = turn.adding(seconds: 1 / max(perSecond, 0.01))
            return turn
        }
    }
}
