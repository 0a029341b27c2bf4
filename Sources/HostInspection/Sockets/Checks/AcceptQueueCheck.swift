internal import Casebook

/// Connections that are complete and that nobody accepts.
struct AcceptQueueCheck: HostCheck {
    let name = "accept-queue"
    let establishes: [FactID] = [waiting, full]

    private static let waiting = "host.sock.accept-queue-waiting"
    private static let full = "host.sock.accept-queue-full"
    /// Milliseconds (the finding's definition).
    private static let patience: UInt32 = 5000

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [waiting(host, table), full(host, table)]
        }
    }

    /// One and the same connection waits for 5 s: told by its age, or by two looks.
    private func waiting(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let queues = host.listeners(table).filter { $0.receiveQueue > 0 }
        guard !queues.isEmpty else {
            return host.absent(Self.waiting, "no connection waits to be accepted")
        }
        let ports = Set(queues.map(\.local.port))
        let isWaiting = { (socket: Socket) in
            socket.isUnaccepted && ports.contains(socket.local.port)
        }
        let old = table.sockets.lazy.filter { socket in
            isWaiting(socket) && socket.hasInfo
                && min(socket.silence, socket.lastACK) >= Self.patience
        }
        let oldPorts = Set(old.map(\.local.port))
        if !oldPorts.isEmpty { return present(host, queues, ports: oldPorts) }
        if let obstacle = host.needs(seconds: 5, for: "how long the connections wait") {
            return host.unknown(Self.waiting, obstacle)
        }
        guard case .known(let same) = host.pairs("waiting connections", isWaiting) else {
            return host.unknown(Self.waiting, Obstacle(.missing, "the first look's sockets"))
        }
        guard !same.isEmpty else {
            return host.absent(
                Self.waiting, "connections wait, but others than in the first look: the queue moves"
            )
        }
        return present(host, queues, ports: Set(same.lazy.map(\.now.local.port)))
    }

    private func present(
        _ host: HostContext, _ queues: [Socket], ports: Set<UInt16>
    ) -> Evidence {
        let stuck = queues.filter { ports.contains($0.local.port) }
        let count = stuck.reduce(0) { $0 + Int($1.receiveQueue) }
        let names = stuck.prefix(3).map(\.local.description).joined(separator: ", ")
        return host.present(
            Self.waiting,
            "\(counted(count, "connection")) wait on \(names), at least one for 5 s or longer: "
                + "nobody accepts",
            count: count, measure: Evidence.Measure(value: Double(count), unit: "count"))
    }

    /// The kernel drops SYNs, or the last ACK, when the queue exceeds the backlog.
    private func full(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let queues = host.listeners(table).filter { $0.receiveQueue > 0 }
        guard !queues.isEmpty else {
            return host.absent(Self.full, "every accept queue is empty")
        }
        guard table.source == .netlink else {
            return host.unknown(
                Self.full,
                Obstacle(.unsupported, "the backlog", "/proc/net/tcp does not tell it"))
        }
        guard queues.contains(where: { $0.receiveQueue >= $0.sendQueue }) else {
            return host.absent(Self.full, "no accept queue has reached its backlog")
        }
        let isFull = { (socket: Socket) in
            socket.state == .listen && socket.receiveQueue > 0
                && socket.receiveQueue >= socket.sendQueue
                && host.scope.servicePort.map { $0 == socket.local.port } ?? true
        }
        switch host.pairs("whether the queue stays full", isFull) {
        case .unknown(let obstacle): return host.unknown(Self.full, obstacle)
        case .known(let same):
            guard let one = same.max(by: { $0.now.receiveQueue < $1.now.receiveQueue }) else {
                return host.absent(Self.full, "no accept queue was full in both looks")
            }
            return host.present(
                Self.full,
                "\(one.now.local) has \(one.now.receiveQueue) connections waiting and a backlog "
                    + "of \(one.now.sendQueue), in both looks",
                count: same.count,
                measure: Evidence.Measure(value: Double(one.now.receiveQueue), unit: "count"))
        }
    }
}
