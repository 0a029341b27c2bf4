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
        let stuck = table.sockets.lazy.filter { socket in
            socket.state == .established && socket.sendQueue > 0
                && socket.timer == .retransmission && socket.backoff >= Self.backoffs
        }
        guard let worst = stuck.max(by: { $0.sendQueue < $1.sendQueue }) else {
            return host.absent(
                Self.send, "no connection has backed off \(Self.backoffs) times with data unsent")
        }
        let bytes = stuck.reduce(0) { $0 + Int($1.sendQueue) }
        let count = stuck.count
        return host.present(
            Self.send,
            "\(counted(count, "connection")) without acknowledgement; to \(worst.remote) "
                + "\(worst.sendQueue) bytes, sent again \(worst.backoff) times",
            count: count, measure: Evidence.Measure(value: Double(bytes), unit: "bytes"))
    }

    /// Told by one look when the last data came 5 s ago, else by two.
    private func unread(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let hasUnread = { (socket: Socket) in socket.isOpen && socket.receiveQueue > 0 }
        guard table.sockets.contains(where: hasUnread) else {
            return host.absent(Self.receive, "no connection holds received bytes")
        }
        let old = table.sockets.lazy.filter { socket in
            hasUnread(socket) && socket.hasInfo && socket.lastReceived >= Self.patience
        }
        if let evidence = present(host, table, old) { return evidence }
        if let obstacle = host.needs(seconds: 5, for: "how long received bytes wait") {
            return host.unknown(Self.receive, obstacle)
        }
        guard case .known(let pairs) = host.pairs("received bytes", hasUnread) else {
            return host.unknown(Self.receive, Obstacle(.missing, "the first look's sockets"))
        }
        // What was read: received in all, less what still waits.
        let untouched = pairs.lazy.filter { pair in
            pair.now.hasBytesReceived
                ? pair.now.bytesReceived &- UInt64(pair.now.receiveQueue)
                    == pair.before.bytesReceived &- UInt64(pair.before.receiveQueue)
                : pair.now.receiveQueue >= pair.before.receiveQueue
        }
        return present(host, table, untouched.map(\.now))
            ?? host.absent(Self.receive, "received bytes were read between the looks")
    }

    /// `nil` when there are none.
    private func present(
        _ host: HostContext, _ table: SocketTable, _ sockets: some Collection<Socket>
    ) -> Evidence? {
        guard let worst = sockets.max(by: { $0.receiveQueue < $1.receiveQueue }) else { return nil }
        let count = sockets.count
        let bytes = sockets.reduce(0) { $0 + Int($1.receiveQueue) }
        let unaccepted = sockets.count(where: \.isUnaccepted)
        let owner = table.owner(of: worst).map { " of \($0.name)" } ?? ""
        return host.present(
            Self.receive,
            "\(counted(count, "connection")) hold bytes that nobody reads for 5 s or "
                + "longer (\(unaccepted) not even accepted); \(worst.receiveQueue) bytes\(owner) "
                + "from \(worst.remote)",
            count: count, measure: Evidence.Measure(value: Double(bytes), unit: "bytes"))
    }
}
