internal import Casebook

/// Clients that send their request so slowly that they hold the places of all others.
struct SlowClientsCheck: HostCheck {
    let name = "slow-clients"
    let establishes: [FactID] = ["host.sock.slow-clients-hold-slots"]

    /// The finding's definition.
    private static let share = 0.8
    private static let bytesPerSecond = 1024.0
    /// Fewer connections than this are no crowd.
    private static let fewest = 5

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        guard case .known(let table) = host.latest.sockets else {
            return host.unknown(
                establishes, host.latest.sockets.obstacle ?? Obstacle(.missing, "sockets"))
        }
        // Places are gone only when others wait.
        let queues = host.listeners(table).filter { $0.receiveQueue > 0 }
        guard !queues.isEmpty else {
            return [host.absent(id, "no connection waits: there are places left")]
        }
        if let obstacle = host.needs(seconds: 5, for: "how fast the clients send") {
            return [host.unknown(id, obstacle)]
        }
        let ports = Set(queues.map(\.local.port))
        let pairs = host.pairs("how fast the clients send") { socket in
            socket.state == .established && socket.inode != 0 && socket.hasBytesReceived
                && ports.contains(socket.local.port)
        }
        switch pairs {
        case .unknown(let obstacle): return [host.unknown(id, obstacle)]
        case .known(let pairs): return [evidence(host, table, pairs)]
        }
    }

    private func evidence(
        _ host: HostContext, _ table: SocketTable, _ pairs: SocketPairs
    ) -> Evidence {
        let id = establishes[0]
        guard table.sockets.contains(where: \.hasBytesReceived) else {
            return host.unknown(id, table.agesUnknown)
        }
        let slow = pairs.count { pair in
            let bytes = pair.now.bytesReceived &- pair.before.bytesReceived
            // Something comes, too slowly, and the server has not begun to answer.
            return bytes > 0 && Double(bytes) / host.interval < Self.bytesPerSecond
                && pair.now.payloadSent == pair.before.payloadSent
        }
        let share = pairs.isEmpty ? 0 : Double(slow) / Double(pairs.count)
        let measure = Evidence.Measure(value: (share * 100).rounded(), unit: "percent")
        let text =
            "\(slow) of \(pairs.count) accepted connections send less than 1 KiB/s and are "
            + "not answered, while others wait"
        return pairs.count >= Self.fewest && share >= Self.share
            ? host.present(id, text, count: slow, measure: measure)
            : host.absent(id, text, measure: measure)
    }
}
