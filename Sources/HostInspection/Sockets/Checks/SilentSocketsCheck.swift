internal import Casebook

/// Many ESTABLISHED connections to one remote on which nothing happens for minutes.
struct SilentSocketsCheck: HostCheck {
    let name = "silent-sockets"
    let establishes: [FactID] = ["host.sock.established-silent-many"]

    /// Sockets, and milliseconds (the finding's definition).
    private static let most = 20
    private static let silence: UInt32 = 300_000

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [evidence(host, table)]
        }
    }

    private func evidence(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let id = establishes[0]
        let isEstablished = { (socket: Socket) in socket.state == .established }
        let isSilent = { (socket: Socket) in
            isEstablished(socket) && socket.hasInfo && socket.silence >= Self.silence
        }
        var most = 0
        var largest: (remote: SocketAddress, silent: Int)?
        table.forEachGroup(by: \.remote, where: isEstablished) { remote, sockets in
            most = max(most, sockets.count)
            let silent = sockets.count(where: isSilent)
            guard silent >= Self.most else { return }
            if let largest, (largest.silent, remote) >= (silent, largest.remote) { return }
            largest = (remote, silent)
        }
        guard most >= Self.most else {
            return host.absent(id, "no remote has \(Self.most) ESTABLISHED connections")
        }
        guard table.sockets.contains(where: { isEstablished($0) && $0.hasInfo }) else {
            return host.unknown(id, table.agesUnknown)
        }
        guard let largest else {
            return host.absent(
                id, "no remote has \(Self.most) connections that were silent for 5 min")
        }
        let remote = largest.remote
        return present(
            host, table, remote, table.sockets.lazy.filter { isSilent($0) && $0.remote == remote })
    }

    private func present(
        _ host: HostContext, _ table: SocketTable, _ remote: SocketAddress,
        _ silent: some Collection<Socket>
    ) -> Evidence {
        let count = silent.count
        let oldest = silent.reduce(0) { max($0, $1.silence) }
        let programs = silent.reduce(into: Set<String>()) { names, socket in
            if let owner = table.owner(of: socket) { names.insert(owner.name) }
        }.sorted()
        let timerless = silent.count { $0.timer == .none }
        let owner = programs.isEmpty ? "" : " of " + programs.prefix(3).joined(separator: ", ")
        let fate =
            timerless == count
            ? "no timer: nothing but the program can end them"
            : "\(timerless) of them without a timer"
        return host.present(
            establishes[0],
            "\(count) ESTABLISHED\(owner) to \(remote), silent for up to "
                + "\(duration(oldest)), \(fate)",
            count: count, measure: Evidence.Measure(value: Double(count), unit: "count"))
    }
}

extension SocketTable {
    /// Why ages and byte counts are not known.
    var agesUnknown: Obstacle {
        fallbackReason.map { reason in
            Obstacle(
                .unsupported, "ages and byte counts of sockets",
                "/proc/net/tcp does not tell them; sock_diag: \(reason.description)")
        } ?? Obstacle(.unsupported, "tcp_info", "the kernel gave none")
    }
}
