internal import Casebook

/// Packets that interfaces lost between two looks.
struct InterfaceDropsCheck: HostCheck {
    let name = "interface-drops"
    let establishes: [FactID] = ["host.net.iface-drops"]

    private static let columns = [
        "rx_dropped", "rx_missed_errors", "rx_fifo_errors", "tx_dropped", "tx_fifo_errors",
    ]

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        let rates = host.rates().filter { rate in
            rate.name.hasPrefix("Interface.")
                && Self.columns.contains { rate.name.hasSuffix("." + $0) }
        }
        guard !rates.isEmpty else { return [host.unknown(id, obstacle(host))] }
        guard let worst = rates.max(by: { $0.increase < $1.increase }), worst.increase > 0 else {
            return [host.absent(id, "no interface dropped packets between the looks")]
        }
        let sum = rates.reduce(0) { $0 &+ $1.increase }
        return [
            host.present(
                id, "\(worst.name.dropFirst(10)) +\(worst.increase) between the looks",
                count: Int(clamping: sum),
                measure: Evidence.Measure(value: Double(sum), unit: "count"))
        ]
    }

    private func obstacle(_ host: HostContext) -> Obstacle {
        guard let second = host.second else {
            return Obstacle(.needsSecondLook, "drops of interfaces")
        }
        let obstacles = second.counters.obstacles + host.first.counters.obstacles
        return obstacles.first { $0.subject.hasSuffix("/dev") }
            ?? Obstacle(.missing, "counters of interfaces")
    }
}
