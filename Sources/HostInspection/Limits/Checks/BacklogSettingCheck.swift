internal import Casebook

/// Whether a busy listener has too small a backlog.
struct BacklogSettingCheck: HostCheck {
    let name = "backlog-setting"
    let establishes: [FactID] = ["host.sysctl.backlog-small"]

    /// The finding's definition.
    private static let small = 256
    /// Connections on a port from which its listener counts as busy.
    private static let busy = 100

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        guard case .known(let table) = host.latest.sockets else {
            return [
                host.unknown(
                    id, host.latest.sockets.obstacle ?? Obstacle(.missing, "sockets"))
            ]
        }
        let listeners = busyListeners(host, table)
        guard !listeners.isEmpty else { return [host.absent(id, "no listener is busy")] }
        let maximum = host.latest.network.number("net.core.somaxconn")
        if let maximum = maximum.value, maximum < Self.small {
            return [
                host.present(
                    id, "net.core.somaxconn is \(maximum)",
                    measure: Evidence.Measure(value: Double(maximum), unit: "count"))
            ]
        }
        guard table.source == .netlink else {
            return [
                host.unknown(
                    id, Obstacle(.unsupported, "the backlog", "/proc/net/tcp does not tell it"))
            ]
        }
        let least = listeners.min { $0.sendQueue < $1.sendQueue } ?? listeners[0]
        let measure = Evidence.Measure(value: Double(least.sendQueue), unit: "count")
        let text = "\(least.local) is busy and has a backlog of \(least.sendQueue)"
        return [
            least.sendQueue < Self.small
                ? host.present(id, text, measure: measure)
                : host.absent(id, text, measure: measure)
        ]
    }

    /// The one in scope, or those with connections waiting or many at work.
    private func busyListeners(_ host: HostContext, _ table: SocketTable) -> [Socket] {
        var connections: [UInt16: Int] = [:]
        for socket in table.sockets where socket.state != .listen && socket.state != .timeWait {
            connections[socket.local.port, default: 0] += 1
        }
        return host.listeners(table).filter { listener in
            host.scope.servicePort != nil || listener.receiveQueue > 0
                || connections[listener.local.port, default: 0] >= Self.busy
        }
    }
}
