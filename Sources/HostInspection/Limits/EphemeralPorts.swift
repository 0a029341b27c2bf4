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

    /// Connections that this host opened from a port of the range, the most used remote first.
    func perRemote() -> [Usage] {
        guard let table = snapshot.sockets.value, let range = range.value else { return [] }
        let listening = table.listeningPorts
        var places: [Usage: Int] = [:]
        var usages: [Usage] = []
        for socket in table.sockets
        where socket.state != .listen && range.contains(Int(socket.local.port))
            && !listening.contains(socket.local.port)
        {
            let key = Usage(local: socket.local.address, remote: socket.remote)
            let place = places[key] ?? usages.count
            if place == usages.count {
                places[key] = place
                usages.append(key)
            }
            usages[place].count += 1
            if socket.state == .timeWait { usages[place].timeWait += 1 }
        }
        return usages.sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.remote < $1.remote
        }
    }
}
