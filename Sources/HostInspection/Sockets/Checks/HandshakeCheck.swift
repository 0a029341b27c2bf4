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
        var largest: (remote: SocketAddress, sockets: SocketSelection)?
        table.forEachGroup(by: \.remote, where: { $0.state == .synSent }) { remote, sockets in
            if let largest,
                (largest.sockets.count, remote) >= (sockets.count, largest.remote)
            {
                return
            }
            largest = (remote, sockets)
        }
        guard let (remote, sockets) = largest, sockets.count >= Self.most else {
            return host.absent(Self.sent, "no remote has \(Self.most) sockets in SYN_SENT")
        }
        let owners = Set(sockets.lazy.compactMap { table.owner(of: $0)?.name }).sorted()
        return host.present(
            Self.sent,
            "\(sockets.count) sockets in SYN_SENT to \(remote)"
                + (owners.isEmpty ? "" : " of " + owners.prefix(3).joined(separator: ", ")),
            count: sockets.count,
            measure: Evidence.Measure(value: Double(sockets.count), unit: "count"))
    }

    /// A port may have several listeners (SO_REUSEPORT, both families): their backlogs add up.
    private func received(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let isHalf = { (socket: Socket) in
            socket.state == .synReceived || socket.state == .newSynReceived
        }
        var half: [UInt16: Int] = [:]
        for socket in table.sockets where isHalf(socket) {
            half[socket.local.port, default: 0] += 1
        }
        guard !half.isEmpty else {
            return host.absent(Self.received, "no socket is in SYN_RECV")
        }
        guard table.source == .netlink else {
            return host.unknown(
                Self.received,
                Obstacle(.unsupported, "the backlog", "/proc/net/tcp does not tell it"))
        }
        for (port, count) in half.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            let backlog = table.sockets.lazy
                .filter { $0.state == .listen && $0.local.port == port }
                .reduce(0) { $0 + Int($1.sendQueue) }
            guard backlog > 0, count * 2 >= backlog else { continue }
            var peers = 0
            table.forEachGroup(
                by: \.remote.address, where: { isHalf($0) && $0.local.port == port },
                { _, _ in peers += 1 })
            return host.present(
                Self.received,
                "\(count) sockets in SYN_RECV on port \(port) from "
                    + "\(peers == 1 ? "1 address" : "\(peers) addresses"), its backlog is \(backlog)",
                count: count,
                measure: Evidence.Measure(value: Double(count), unit: "count"))
        }
        return host.absent(Self.received, "SYN_RECV sockets are less than half of every backlog")
    }
}
