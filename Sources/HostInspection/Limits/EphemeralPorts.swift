/// How many local ports are in use towards each remote.
struct EphemeralPorts {
    /// A local address and a remote that share the range.
    struct Usage: Hashable {
        var local: IPAddress
        var remote: SocketAddress
        var count = 0
        /// Of these, those in TIME_WAIT.
        var timeWait = 0
    }

    let snapshot: HostSnapshot

    /// Ports in the range that are not reserved.
    var size: Observed<UInt64> {
        range.map { range in
            let reserved = reservedPorts.reduce(0) { sum, part in
                sum + part.clamped(to: range).count * (part.overlaps(range) ? 1 : 0)
            }
            return UInt64(max(0, range.count - reserved))
        }
    }

    private var range: Observed<ClosedRange<Int>> {
        let name = "net.ipv4.ip_local_port_range"
        return (snapshot.network.sysctls[name] ?? .unknown(Obstacle(.missing, name)))
            .flatMap { text in
                let numbers = text.split(separator: " ").compactMap { Int($0) }
                guard numbers.count == 2, numbers[0] <= numbers[1], numbers[1] <= 65_535 else {
                    return .unknown(Obstacle(.malformed, name))
                }
                return .known(numbers[0]...numbers[1])
            }
    }

    /// `8080,9148-9150`.
    private var reservedPorts: [ClosedRange<Int>] {
        let text = snapshot.network.sysctls["net.ipv4.ip_local_reserved_ports"]?.value ?? ""
        return text.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    /// The pairs of addresses with the most ports in use, and with the most in TIME_WAIT.
    struct Busiest {
        var fullest: Usage?
        var waiting: Usage?
    }

    /// Of the connections that this host opened from a port of the range.
    func busiest() -> Busiest {
        var busiest = Busiest()
        guard let table = snapshot.sockets.value, let range = range.value else { return busiest }
        let listening = table.listeningPorts
        let isOpened = { (socket: Socket) in
            socket.state != .listen && range.contains(Int(socket.local.port))
                && !listening.contains(socket.local.port)
        }
        let key = { (socket: Socket) in
            Usage(local: socket.local.address, remote: socket.remote)
        }
        table.forEachGroup(by: key, where: isOpened) { usage, sockets in
            var usage = usage
            usage.count = sockets.count
            usage.timeWait = sockets.count { $0.state == .timeWait }
            busiest.add(usage)
        }
        return busiest
    }
}

extension EphemeralPorts.Busiest {
    fileprivate mutating func add(_ usage: EphemeralPorts.Usage) {
        if Self.isMore(usage, than: fullest, \.count) { fullest = usage }
        if Self.isMore(usage, than: waiting, \.timeWait) { waiting = usage }
    }

    /// Of equal ones the lower addresses.
    private static func isMore(
        _ usage: EphemeralPorts.Usage, than other: EphemeralPorts.Usage?,
        _ count: KeyPath<EphemeralPorts.Usage, Int>
    ) -> Bool {
        guard let other else { return true }
        return (other[keyPath: count], usage.remote, usage.local)
            < (usage[keyPath: count], other.remote, other.local)
    }
}
