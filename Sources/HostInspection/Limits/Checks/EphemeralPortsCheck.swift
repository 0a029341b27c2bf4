internal import Casebook

/// Whether local ports towards one remote run out.
struct EphemeralPortsCheck: HostCheck {
    let name = "ephemeral-ports"
    let establishes: [FactID] = [full, timeWait, small]

    private static let full = "host.sock.ephemeral-near-full"
    private static let timeWait = "host.sock.time-wait-dominant"
    private static let small = "host.sysctl.port-range-small"
    /// The findings' definitions: shares of the range, and ports.
    private static let nearFull = 0.9
    private static let dominant = 0.5
    private static let usual: UInt64 = 28_000

    func run(_ host: HostContext) -> [Evidence] {
        let ports = EphemeralPorts(snapshot: host.latest)
        switch ports.size {
        case .unknown(let obstacle): return host.unknown(establishes, obstacle)
        case .known(let size):
            let busiest = ports.busiest()
            return usage(host, busiest, size) + [range(host, busiest, size)]
        }
    }

    private func usage(
        _ host: HostContext, _ busiest: EphemeralPorts.Busiest, _ size: UInt64
    ) -> [Evidence] {
        if case .unknown(let obstacle) = host.latest.sockets {
            return host.unknown([Self.full, Self.timeWait], obstacle)
        }
        return [
            evidence(
                host, Self.full, busiest.fullest, busiest.fullest?.count ?? 0, of: size,
                share: Self.nearFull, what: "local ports in use"),
            evidence(
                host, Self.timeWait, busiest.waiting, busiest.waiting?.timeWait ?? 0, of: size,
                share: Self.dominant, what: "local ports in TIME_WAIT"),
        ]
    }

    private func evidence(
        _ host: HostContext, _ id: FactID, _ usage: EphemeralPorts.Usage?, _ count: Int,
        of size: UInt64, share: Double, what: String
    ) -> Evidence {
        let remote = usage.map { " towards \($0.remote)" } ?? ""
        let text = "\(count) of \(size) \(what)\(remote)"
        let used = size == 0 ? 1 : Double(count) / Double(size)
        let measure = Evidence.Measure(value: (used * 100).rounded(), unit: "percent")
        return used >= share && count > 0
            ? host.present(id, text, count: count, measure: measure)
            : host.absent(id, text, measure: measure)
    }

    /// Few ports, or a client that needs many and may not reuse those in TIME_WAIT.
    private func range(
        _ host: HostContext, _ ports: EphemeralPorts.Busiest, _ size: UInt64
    ) -> Evidence {
        let reuse = host.latest.network.number("net.ipv4.tcp_tw_reuse").value
        let busiest = ports.fullest?.count ?? 0
        let isBusy = Double(busiest) >= Self.dominant * Double(size)
        let measure = Evidence.Measure(value: Double(size), unit: "count")
        let text =
            "ip_local_port_range has \(size) ports, tcp_tw_reuse is "
            + (reuse.map(String.init) ?? "unknown")
        return size < Self.usual || (reuse == 0 && isBusy)
            ? host.present(Self.small, text, measure: measure)
            : host.absent(Self.small, text, measure: measure)
    }
}
