internal import Casebook

/// Next hops that do not answer, and addresses that change their MAC.
struct NeighbourCheck: HostCheck {
    let name = "neighbours-state"
    let establishes: [FactID] = [flips, failed]

    private static let flips = "host.neigh.mac-flips"
    private static let failed = "host.neigh.failed"

    private struct Key: Hashable {
        var address: IPAddress
        var interface: UInt32
    }

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.network.neighbours {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let neighbours): [flips(host, neighbours), failed(host, neighbours)]
        }
    }

    private func flips(_ host: HostContext, _ neighbours: [Neighbour]) -> Evidence {
        guard host.second != nil else {
            return host.unknown(
                Self.flips, Obstacle(.needsSecondLook, "whether a neighbour changes its MAC"))
        }
        guard case .known(let first) = host.first.network.neighbours else {
            return host.unknown(Self.flips, Obstacle(.missing, "the first look's neighbours"))
        }
        let before = Dictionary(
            first.map { (Key(address: $0.address, interface: $0.interface), $0) },
            uniquingKeysWith: { first, _ in first })
        let changed = neighbours.filter { neighbour in
            let key = Key(address: neighbour.address, interface: neighbour.interface)
            guard let old = before[key]?.mac, let now = neighbour.mac else { return false }
            return old != now
        }
        guard let one = changed.min(by: { $0.address < $1.address }) else {
            return host.absent(Self.flips, "every neighbour kept its MAC between the looks")
        }
        let names = [before[Key(address: one.address, interface: one.interface)]?.mac, one.mac]
            .map { $0.map(macText) ?? "none" }
        return host.present(
            Self.flips, "\(one.address) moved from \(names[0]) to \(names[1])",
            count: changed.count,
            measure: Evidence.Measure(value: Double(changed.count), unit: "count"))
    }

    private func failed(_ host: HostContext, _ neighbours: [Neighbour]) -> Evidence {
        guard case .known(let routes) = host.latest.network.routes else {
            return host.unknown(
                Self.failed, host.latest.network.routes.obstacle ?? Obstacle(.missing, "routes"))
        }
        let hops = Set(routes.compactMap(\.gateway) + (host.scope.remote?.addresses ?? []))
        let silent = neighbours.filter { $0.isUnanswered && hops.contains($0.address) }
        guard !silent.isEmpty else {
            return host.absent(Self.failed, "no next hop is without an answer")
        }
        let names = Set(silent.map(\.address)).sorted().prefix(3).map(\.description)
        return host.present(
            Self.failed, "next hop \(names.joined(separator: ", ")) does not answer (ARP or ND)",
            count: silent.count,
            measure: Evidence.Measure(value: Double(silent.count), unit: "count"))
    }
}

/// `02:00:00:00:00:01`.
func macText(_ mac: UInt64) -> String {
    (0..<6).map { index in
        let byte = (mac >> (40 - 8 * UInt64(index))) & 0xFF
        return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: ":")
}
