internal import Casebook

/// Requests that were sent and acknowledged, and to which not one byte ever came back.
struct AskedNeverAnsweredCheck: HostCheck {
    let name = "asked-never-answered"
    let establishes: [FactID] = ["host.sock.asked-never-answered"]

    /// Sockets, and milliseconds (the finding's definition).
    private static let most = 3
    private static let silence: UInt32 = 10_000

    /// A program and the remote that it asked.
    private struct Key: Hashable {
        var program: String?
        var remote: SocketAddress
    }

    private struct Hung {
        var key: Key
        var count = 0
        /// Milliseconds.
        var youngest = UInt32.max
        var oldest: UInt32 = 0
        var withTimer = 0

        mutating func add(_ socket: Socket) {
            count += 1
            if socket.timer != .none { withTimer += 1 }
            youngest = min(youngest, socket.silence)
            oldest = max(oldest, socket.silence)
        }
    }

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [evidence(host, table)]
        }
    }

    private func evidence(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let id = establishes[0]
        let established = table.sockets.lazy.filter { $0.state == .established }
        if established.first != nil, !established.contains(where: \.hasBytesReceived) {
            return host.unknown(id, table.agesUnknown)
        }
        let listening = table.listeningPorts
        let isHung = { (socket: Socket) in
            socket.wasAskedNeverAnswered && socket.silence >= Self.silence
                && !listening.contains(socket.local.port)
        }
        guard largest(table, isHung) != nil else {
            return host.absent(
                id,
                "no program has \(Self.most) connections to one remote that asked and never "
                    + "got a byte")
        }
        // In the first look they may still have been younger than the limit.
        let pairs = host.pairs("whether the same connections stay unanswered") {
            $0.wasAskedNeverAnswered && !listening.contains($0.local.port)
        }
        switch pairs {
        case .unknown(let obstacle): return host.unknown(id, obstacle)
        case .known(let pairs):
            let hung = largest(table) { now in
                isHung(now) && pairs.before(now).map { $0.payloadSent == now.payloadSent } ?? false
            }
            guard let hung else {
                return host.absent(id, "those that waited in the first look are gone in the second")
            }
            return present(host, table, hung)
        }
    }

    private func largest(_ table: SocketTable, _ isHung: (Socket) -> Bool) -> Hung? {
        var largest: Hung?
        let key = { (socket: Socket) in
            Key(program: table.owner(of: socket)?.name, remote: socket.remote)
        }
        table.forEachGroup(by: key, where: isHung) { key, sockets in
            guard sockets.count >= Self.most else { return }
            if let largest, (largest.count, key.remote) >= (sockets.count, largest.key.remote) {
                return
            }
            largest = sockets.reduce(into: Hung(key: key)) { $0.add($1) }
        }
        return largest
    }

    private func present(_ host: HostContext, _ table: SocketTable, _ hung: Hung) -> Evidence {
        let program = hung.key.program ?? "unknown program (\(table.ownersUnknown))"
        return host.present(
            establishes[0],
            "\(hung.count) ESTABLISHED of \(program) to \(hung.key.remote): request sent and "
                + "acknowledged, no byte ever received, silent for "
                + "\(durations(hung.youngest, hung.oldest)), "
                + (hung.withTimer == 0 ? "no timer" : "no timer but keep-alive")
                + ": nothing but the program can end them",
            count: hung.count,
            measure: Evidence.Measure(value: Double(hung.count), unit: "count"))
    }
}

extension SocketTable {
    /// Why a socket's owner may be unknown, in words.
    var ownersUnknown: String {
        if let ownersObstacle { return ownersObstacle.description }
        return unreadableProcesses > 0
            ? "\(unreadableProcesses) processes could not be read; root can"
            : "it is not among the processes that show here"
    }
}
