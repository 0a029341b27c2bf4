internal import Casebook

/// To which of a service's addresses a program is connected.
struct RemoteAddressCheck: HostCheck {
    let name = "remote-addresses"
    let establishes: [FactID] = [unlisted, few]

    private static let unlisted = "host.sock.to-unlisted-address"
    private static let few = "host.sock.few-connections-carry-all"
    /// Backends from which on one speaks of many, and connections up to which of few.
    private static let manyAddresses = 3
    private static let fewConnections = 2

    func run(_ host: HostContext) -> [Evidence] {
        guard let remote = host.scope.remote, let port = remote.port else {
            return host.unknown(
                establishes,
                Obstacle(.needsScope, "the service's name and port", "--remote NAME:PORT"))
        }
        guard let selector = host.scope.process else {
            return host.unknown(
                establishes, Obstacle(.needsScope, "the client program", "--process NAME"))
        }
        guard case .known(let table) = host.latest.sockets else {
            return host.unknown(
                establishes, host.latest.sockets.obstacle ?? Obstacle(.missing, "sockets"))
        }
        let processes = host.latest.processes.value ?? ProcessTable()
        let pids = Set(
            ServiceProcesses.selected(
                table, processes, HostScope(process: selector)))
        guard !pids.isEmpty else {
            return host.unknown(
                establishes, Obstacle(.missing, "the program in scope", "no such process shows"))
        }
        let own = table.sockets.lazy.filter { socket in
            socket.remote.port == port && (socket.state == .established || socket.state == .synSent)
                && table.owner(of: socket).map { pids.contains($0.pid) } ?? false
        }
        return [unlisted(host, remote, own), few(host, remote, own)]
    }

    private func unlisted(
        _ host: HostContext, _ remote: HostScope.Remote, _ sockets: some Collection<Socket>
    ) -> Evidence {
        guard let name = remote.name, !remote.addresses.isEmpty else {
            return host.unknown(
                Self.unlisted, Obstacle(.needsScope, "the service's name", "--remote NAME:PORT"))
        }
        let others = sockets.lazy.filter { !remote.addresses.contains($0.remote.address) }
        let count = others.count
        guard count > 0 else {
            return host.absent(
                Self.unlisted, "every connection goes to an address of the name, or there is none")
        }
        let places = Self.least(others, 3).map(\.description)
        return host.present(
            Self.unlisted,
            "\(counted(count, "connection")) to \(places.joined(separator: ", ")), which "
                + "\(name) does not resolve to now",
            count: count, measure: Evidence.Measure(value: Double(count), unit: "count"))
    }

    /// Remotes, each once, ascending.
    private static func least(_ sockets: some Sequence<Socket>, _ limit: Int) -> [SocketAddress] {
        var least: [SocketAddress] = []
        for remote in sockets.lazy.map(\.remote) where !least.contains(remote) {
            if least.count == limit, let last = least.last, remote > last { continue }
            least = Array((least + [remote]).sorted().prefix(limit))
        }
        return least
    }

    private func few(
        _ host: HostContext, _ remote: HostScope.Remote, _ sockets: some Collection<Socket>
    ) -> Evidence {
        guard remote.addresses.count >= Self.manyAddresses else {
            return host.unknown(
                Self.few,
                Obstacle(
                    .unsupported, "whether few connections carry all",
                    "the name has \(counted(remote.addresses.count, "address", "addresses"))"))
        }
        let established = sockets.count { $0.state == .established }
        let text =
            "\(counted(established, "connection")) to a service of "
            + "\(remote.addresses.count) addresses"
        let measure = Evidence.Measure(value: Double(established), unit: "count")
        return (1...Self.fewConnections).contains(established)
            ? host.present(Self.few, text, count: established, measure: measure)
            : host.absent(Self.few, text, measure: measure)
    }
}
