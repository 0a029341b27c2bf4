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

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [evidence(host, table)]
        }
    }

    private func evidence(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let id = establishes[0]
        let established = table.sockets.filter { $0.state == .established }
        if !established.isEmpty, !established.contains(where: \.hasBytesReceived) {
            return host.unknown(id, table.agesUnknown)
        }
        let listening = table.listeningPorts
        let isHung = { (socket: Socket) in
            socket.wasAskedNeverAnswered && socket.silence >= Self.silence
                && !listening.contains(socket.local.port)
        }
        guard largest(table, table.sockets.filter(isHung)) != nil else {
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
            let same = pairs.filter { pair in
                isHung(pair.now) && pair.now.payloadSent == pair.before.payloadSent
            }.map(\.now)
            guard let (key, sockets) = largest(table, same) else {
                return host.absent(id, "those that waited in the first look are gone in the second")
            }
            return present(host, table, key, sockets)
        }
    }

    private func largest(_ table: SocketTable, _ sockets: [Socket]) -> (Key, [Socket])? {
        let groups = Dictionary(grouping: sockets) { socket in
            Key(program: table.owner(of: socket)?.name, remote: socket.remote)
        }
        return groups.filter { $0.value.count >= Self.most }
            .max { ($0.value.count, $1.key.remote) < ($1.value.count, $0.key.remote) }
            .map { ($0.key, $0.value) }
    }

    private func present(
        _ host: HostContext, _ table: SocketTable, _ key: Key, _ sockets: [Socket]
    ) -> Evidence {
        let youngest = sockets.map(\.silence).min() ?? 0
        let oldest = sockets.map(\.silence).max() ?? 0
        let program = key.program ?? "unknown program (\(table.ownersUnknown))"
        return host.present(
            establishes[0],
            "\(sockets.count) ESTABLISHED of \(program) to \(key.remote): request sent and "
                + "acknowledged, no byte ever received, silent for "
                + "\(durations(youngest, oldest)), no timer: nothing but the program can end them",
            count: sockets.count,
            measure: Evidence.Measure(value: Double(sockets.count), unit: "count"))
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
