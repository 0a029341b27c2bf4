internal import Casebook

/// Whether keep-alive would notice a path that forgot the connection.
struct KeepaliveCheck: HostCheck {
    let name = "keepalive"
    let establishes: [FactID] = [timer, setting]

    private static let timer = "host.sock.no-keepalive-timer"
    private static let setting = "host.sysctl.keepalive-above-path"
    /// Milliseconds of silence from which a connection counts as long-lived: no usual request
    /// takes longer.
    private static let longLived: UInt32 = 60_000

    func run(_ host: HostContext) -> [Evidence] { [timers(host), setting(host)] }

    private func timers(_ host: HostContext) -> Evidence {
        guard let remote = host.scope.remote else {
            return host.unknown(
                Self.timer, Obstacle(.needsScope, "the peer", "--remote ADDRESS:PORT"))
        }
        guard case .known(let table) = host.latest.sockets else {
            return host.unknown(
                Self.timer, host.latest.sockets.obstacle ?? Obstacle(.missing, "sockets"))
        }
        let toPeer = table.sockets.lazy.filter { $0.state == .established && remote.includes($0) }
        guard toPeer.first != nil else {
            return host.unknown(
                Self.timer, Obstacle(.missing, "a connection to the peer", "none is ESTABLISHED"))
        }
        guard toPeer.contains(where: \.hasInfo) else {
            return host.unknown(Self.timer, table.agesUnknown)
        }
        let old = toPeer.filter { $0.hasInfo && $0.silence >= Self.longLived }
        guard !old.isEmpty else {
            return host.unknown(
                Self.timer,
                Obstacle(
                    .missing, "a long-lived connection to the peer",
                    "none has been silent for \(Self.longLived / 1000) s"))
        }
        let bare = old.count { $0.timer == .none }
        let late = old.count { socket in
            socket.timer == .keepalive
                && host.scope.pathIdleLimit.map { socket.keepaliveAfter > $0 } ?? false
        }
        guard bare + late > 0 else {
            return host.absent(
                Self.timer, "no long-lived connection to the peer lacks a keep-alive timer")
        }
        return host.present(
            Self.timer,
            "\(bare) of \(old.count) long-lived connections to the peer run no "
                + "keep-alive timer, \(late) one beyond the path's idle limit",
            count: bare + late,
            measure: Evidence.Measure(value: Double(bare + late), unit: "count"))
    }

    private func setting(_ host: HostContext) -> Evidence {
        guard let limit = host.scope.pathIdleLimit else {
            return host.unknown(
                Self.setting, Obstacle(.needsScope, "the path's idle limit", "--path-idle SECONDS"))
        }
        switch host.latest.network.number("net.ipv4.tcp_keepalive_time") {
        case .unknown(let obstacle): return host.unknown(Self.setting, obstacle)
        case .known(let time):
            let measure = Evidence.Measure(value: Double(time), unit: "s")
            let text =
                "tcp_keepalive_time is \(time) s, the path forgets after \(decimal(limit)) s"
            return Double(time) > limit
                ? host.present(Self.setting, text, measure: measure)
                : host.absent(Self.setting, text, measure: measure)
        }
    }
}

extension Socket {
    /// Seconds from the last activity to the first keep-alive probe.
    var keepaliveAfter: Double { Double(silence) / 1000 + Double(timerExpires) / 1000 }
}

extension HostScope.Remote {
    /// Whether the socket's other end is the one in scope.
    func includes(_ socket: Socket) -> Bool {
        addresses.contains(socket.remote.address)
            && port.map { $0 == socket.remote.port || $0 == socket.local.port } ?? true
    }
}
