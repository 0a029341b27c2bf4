internal import Casebook

/// Connections that do not come about: SYNs without an answer, and SYN-ACKs without one.
struct HandshakeCheck: HostCheck {
    let name = "handshakes"
    let establishes: [FactID] = [sent, received]

    private static let sent = "host.sock.syn-sent-many"
    private static let received = "host.sock.syn-recv-many"
    /// The finding's definition.
    private static let most = 20

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [sent(host, table), received(host, table)]
        }
    }

    private func sent(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let waiting = table.sockets.filter { $0.state == .synSent }
        let remotes = Dictionary(grouping: waiting, by: \.remote)
        guard
            let (remote, sockets) = remotes.max(by: {
                ($0.value.count, $1.key) < ($1.value.count, $0.key)
            }), sockets.count >= Self.most
        else {
            return host.absent(Self.sent, "no remote has \(Self.most) sockets in SYN_SENT")
        }
        let owners = Set(sockets.compactMap { table.owner(of: $0)?.name }).sorted()
        return host.present(
            Self.sent,
            "\(sockets.count) sockets in SYN_SENT to \(remote)"
                + (owners.isEmpty ? "" : " of " + owners.prefix(3).joined(separator: ", ")),
            count: sockets.count,
            measure: Evidence.Measure(value: Double(sockets.count), unit: "count"))
    }

    /// A port may have several listeners (SO_REUSEPORT, both families): their backlogs add up.
    private func received(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let half = Dictionary(
            grouping: table.sockets.filter {
                $0.state == .synReceived || $0.state == .newSynReceived
            }, by: \.local.port)
        guard !half.isEmpty else {
            return host.absent(Self.received, "no socket is in SYN_RECV")
        }
        guard table.source == .netlink else {
            return host.unknown(
                Self.received,
                Obstacle(.unsupported, "the backlog", "/proc/net/tcp does not tell it"))
        }
        for (port, sockets) in half.sorted(by: { $0.value.count > $1.value.count }) {
            let backlog = table.sockets.lazy
                .filter { $0.state == .listen && $0.local.port == port }
                .reduce(0) { $0 + Int($1.sendQueue) }
            guard backlog > 0, sockets.count * 2 >= backlog else { continue }
            let peers = Set(sockets.map(\.remote.address)).count
            return host.present(
                Self.received,
                "\(sockets.count) sockets in SYN_RECV on port \(port) from "
                    + "\(peers == 1 ? "1 address" : "\(peers) addresses"), its backlog is \(backlog)",
                count: sockets.count,
                measure: Evidence.Measure(value: Double(sockets.count), unit: "count"))
        }
        return host.absent(Self.received, "SYN_RECV sockets are less than half of every backlog")
    }
}
