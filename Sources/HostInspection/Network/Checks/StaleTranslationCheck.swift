internal import Casebook

/// Tracked connections that are translated to an endpoint from which nothing comes back.
struct StaleTranslationCheck: HostCheck {
    let name = "stale-translations"
    let establishes: [FactID] = ["host.conntrack.stale-dnat"]

    private struct Key: Hashable {
        var destination: SocketAddress
        var endpoint: SocketAddress
        var isUDP: Bool
    }

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        if ConntrackUse.isUnused(host.latest) {
            return [host.absent(id, "connection tracking is not in use in this namespace")]
        }
        guard let second = host.second else {
            return [host.unknown(id, Obstacle(.needsSecondLook, "translations that are kept up"))]
        }
        switch (host.first.network.conntrack, second.network.conntrack) {
        case (.unknown(let obstacle), _), (_, .unknown(let obstacle)):
            return [host.unknown(id, obstacle)]
        case (.known(let before), .known(let now)):
            return [evidence(host, stale(before), stale(now))]
        }
    }

    /// Longest time left of each translation without a reply.
    private func stale(_ entries: [ConntrackEntry]) -> [Key: UInt32] {
        var left: [Key: UInt32] = [:]
        for entry in entries where entry.isUnreplied && entry.destination != entry.replySource {
            let key = Key(
                destination: entry.destination, endpoint: entry.replySource, isUDP: entry.isUDP)
            left[key] = max(left[key] ?? 0, entry.timeout)
        }
        return left
    }

    /// A timeout that did not go down with the time: packets still come and keep the entry up.
    private func evidence(
        _ host: HostContext, _ before: [Key: UInt32], _ now: [Key: UInt32]
    ) -> Evidence {
        let kept = now.filter { key, left in
            before[key].map { Double(left) > Double($0) - host.interval + 1 } ?? false
        }
        guard let one = kept.keys.min(by: { $0.destination < $1.destination }) else {
            return host.absent(
                establishes[0], "no translation without a reply was kept up between the looks")
        }
        return host.present(
            establishes[0],
            "packets to \(one.destination) are still translated to \(one.endpoint), from where "
                + "nothing comes back",
            count: kept.count,
            measure: Evidence.Measure(value: Double(kept.count), unit: "count"))
    }
}
