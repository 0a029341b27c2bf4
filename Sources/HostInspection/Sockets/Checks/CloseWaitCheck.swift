internal import Casebook

/// Connections that the peer has closed and the program has not.
struct CloseWaitCheck: HostCheck {
    let name = "close-wait"
    let establishes: [FactID] = [growing, collides]

    private static let growing = "host.sock.close-wait-growing"
    private static let collides = "host.sock.close-wait-tuple-collides"
    /// Sockets, and milliseconds (the finding's definition).
    private static let most = 50
    private static let age: UInt32 = 60_000

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [growing(host, table), collision(host, table)]
        }
    }

    private func growing(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let now = counts(table)
        guard now.contains(where: { $0.value.all >= Self.most }) else {
            return host.absent(Self.growing, "no process has \(Self.most) CLOSE_WAIT sockets")
        }
        guard table.sockets.contains(where: \.hasInfo) else {
            return host.unknown(Self.growing, table.agesUnknown)
        }
        let old = now.filter { $0.value.old >= Self.most }
        guard !old.isEmpty else {
            return host.absent(
                Self.growing, "no process has \(Self.most) CLOSE_WAIT sockets older than 60 s")
        }
        guard host.second != nil else {
            return host.unknown(
                Self.growing, Obstacle(.needsSecondLook, "whether CLOSE_WAIT sockets grow"))
        }
        guard case .known(let first) = host.first.sockets else {
            return host.unknown(Self.growing, Obstacle(.missing, "the first look's sockets"))
        }
        let before = counts(first)
        let grown = old.filter { $0.value.all > before[$0.key]?.all ?? 0 }
        guard let (owner, count) = grown.max(by: { $0.value.all < $1.value.all }) else {
            return host.absent(Self.growing, "CLOSE_WAIT sockets did not grow between the looks")
        }
        return host.present(
            Self.growing,
            "\(count.all) CLOSE_WAIT sockets of \(owner?.name ?? "an unknown program"), "
                + "\(before[owner]?.all ?? 0) in the first look: the program does not close",
            count: count.all,
            measure: Evidence.Measure(value: Double(count.all), unit: "count"))
    }

    private struct Count {
        var all = 0
        var old = 0
    }

    /// CLOSE_WAIT sockets by the process that holds them; not yet accepted ones have none.
    private func counts(_ table: SocketTable) -> [SocketOwner?: Count] {
        var counts: [SocketOwner?: Count] = [:]
        for socket in table.sockets where socket.state == .closeWait && socket.inode != 0 {
            let isOld = socket.lastACK >= Self.age && socket.silence >= Self.age
            let owner = table.owner(of: socket)
            counts[owner, default: Count()].all += 1
            if isOld { counts[owner]?.old += 1 }
        }
        return counts
    }

    /// Segments come in on a connection that its peer has closed, and they are SYNs: the kernel
    /// answers with a challenge ACK (RFC 5961, 4) and counts it.
    private func collision(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let listening = table.listeningPorts
        let isServers = { (socket: Socket) in
            socket.state == .closeWait && listening.contains(socket.local.port)
        }
        guard table.sockets.contains(where: isServers) else {
            return host.absent(Self.collides, "no server socket is in CLOSE_WAIT")
        }
        switch (
            host.pairs("whether SYNs come for CLOSE_WAIT sockets", isServers),
            host.rate("TcpExtTCPSYNChallenge")
        ) {
        case (.unknown(let obstacle), _), (_, .unknown(let obstacle)):
            return host.unknown(Self.collides, obstacle)
        case (.known(let pairs), .known(let rate)):
            guard table.sockets.contains(where: \.hasBytesReceived) else {
                return host.unknown(Self.collides, table.agesUnknown)
            }
            let hit = pairs.lazy.filter { pair in
                pair.now.segmentsIn > pair.before.segmentsIn
                    && pair.now.bytesACKed == pair.before.bytesACKed
                    && pair.now.bytesReceived == pair.before.bytesReceived
            }
            guard rate.increase > 0, let one = hit.first else {
                return host.absent(Self.collides, "no SYN came for a socket in CLOSE_WAIT")
            }
            let count = hit.count
            return host.present(
                Self.collides,
                "\(one.now.remote) sends SYNs to \(one.now.local), where that connection is still "
                    + "in CLOSE_WAIT (\(rate.increase) challenge ACKs)",
                count: count, measure: Evidence.Measure(value: Double(count), unit: "count"))
        }
    }
}
