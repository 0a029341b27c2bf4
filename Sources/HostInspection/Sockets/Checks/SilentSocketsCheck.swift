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
        let established = table.sockets.filter { $0.state == .established }
        var all: [SocketAddress: Int] = [:]
        var silent: [SocketAddress: [Socket]] = [:]
        for socket in established {
            all[socket.remote, default: 0] += 1
            if socket.hasInfo, socket.silence >= Self.silence {
                silent[socket.remote, default: []].append(socket)
            }
        }
        guard all.values.contains(where: { $0 >= Self.most }) else {
            return host.absent(id, "no remote has \(Self.most) ESTABLISHED connections")
        }
        guard established.contains(where: \.hasInfo) else {
            return host.unknown(id, table.agesUnknown)
        }
        let many = silent.filter { $0.value.count >= Self.most }
        guard let largest = many.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) })
        else {
            return host.absent(
                id, "no remote has \(Self.most) connections that were silent for 5 min")
        }
        return present(host, table, largest.key, largest.value)
    }

    private func present(
        _ host: HostContext, _ table: SocketTable, _ remote: SocketAddress, _ silent: [Socket]
    ) -> Evidence {
        let oldest = silent.map(\.silence).max() ?? 0
        let programs = Set(silent.compactMap { table.owner(of: $0)?.name }).sorted()
        let timerless = silent.count { $0.timer == .none }
        let owner = programs.isEmpty ? "" : " of " + programs.prefix(3).joined(separator: ", ")
        let fate =
            timerless == silent.count
            ? "no timer: nothing but the program can end them"
            : "\(timerless) of them without a timer"
        return host.present(
            establishes[0],
            "\(silent.count) ESTABLISHED\(owner) to \(remote), silent for up to "
                + "\(duration(oldest)), \(fate)",
            count: silent.count,
            measure: Evidence.Measure(value: Double(silent.count), unit: "count"))
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
