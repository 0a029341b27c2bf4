internal import Casebook

/// Bytes that the peer does not acknowledge, and bytes that the program does not read.
struct StuckQueueCheck: HostCheck {
    let name = "stuck-queues"
    let establishes: [FactID] = [send, receive]

    private static let send = "host.sock.send-queue-stuck"
    private static let receive = "host.sock.recv-queue-unread"
    /// Timeouts in a row, and milliseconds (the findings' definitions).
    private static let backoffs: UInt8 = 5
    private static let patience: UInt32 = 5000

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [stuck(host, table), unread(host, table)]
        }
    }

    private func stuck(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let stuck = table.sockets.filter { socket in
            socket.state == .established && socket.sendQueue > 0
                && socket.timer == .retransmission && socket.backoff >= Self.backoffs
        }
        guard let worst = stuck.max(by: { $0.sendQueue < $1.sendQueue }) else {
            return host.absent(
                Self.send, "no connection has backed off \(Self.backoffs) times with data unsent")
        }
        let bytes = stuck.reduce(0) { $0 + Int($1.sendQueue) }
        return host.present(
            Self.send,
            "\(counted(stuck.count, "connection")) without acknowledgement; to \(worst.remote) "
                + "\(worst.sendQueue) bytes, sent again \(worst.backoff) times",
            count: stuck.count, measure: Evidence.Measure(value: Double(bytes), unit: "bytes"))
    }

    /// Told by one look when the last data came 5 s ago, else by two.
    private func unread(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let hasUnread = { (socket: Socket) in socket.isOpen && socket.receiveQueue > 0 }
        let holding = table.sockets.filter(hasUnread)
        guard !holding.isEmpty else {
            return host.absent(Self.receive, "no connection holds received bytes")
        }
        let old = holding.filter { $0.hasInfo && $0.lastReceived >= Self.patience }
        if !old.isEmpty { return present(host, table, old) }
        if let obstacle = host.needs(seconds: 5, for: "how long received bytes wait") {
            return host.unknown(Self.receive, obstacle)
        }
        guard case .known(let pairs) = host.pairs("received bytes", hasUnread) else {
            return host.unknown(Self.receive, Obstacle(.missing, "the first look's sockets"))
        }
        // What was read: received in all, less what still waits.
        let untouched = pairs.filter { pair in
            pair.now.hasBytesReceived
                ? pair.now.bytesReceived &- UInt64(pair.now.receiveQueue)
                    == pair.before.bytesReceived &- UInt64(pair.before.receiveQueue)
                : pair.now.receiveQueue >= pair.before.receiveQueue
        }
        guard !untouched.isEmpty else {
            return host.absent(Self.receive, "received bytes were read between the looks")
        }
        return present(host, table, untouched.map(\.now))
    }

    private func present(
        _ host: HostContext, _ table: SocketTable, _ sockets: [Socket]
    ) -> Evidence {
        let bytes = sockets.reduce(0) { $0 + Int($1.receiveQueue) }
        let unaccepted = sockets.count(where: \.isUnaccepted)
        let worst = sockets.max { $0.receiveQueue < $1.receiveQueue } ?? sockets[0]
        let owner = table.owner(of: worst).map { " of \($0.name)" } ?? ""
        return host.present(
            Self.receive,
            "\(counted(sockets.count, "connection")) hold bytes that nobody reads for 5 s or "
                + "longer (\(unaccepted) not even accepted); \(worst.receiveQueue) bytes\(owner) "
                + "from \(worst.remote)",
            count: sockets.count, measure: Evidence.Measure(value: Double(bytes), unit: "bytes"))
    }
}
