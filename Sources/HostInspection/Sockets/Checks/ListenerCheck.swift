internal import Casebook

/// Whether the service listens where its clients look for it, and only once.
struct ListenerCheck: HostCheck {
    let name = "listeners"
    let establishes: [FactID] = [missing, twice]

    private static let missing = "host.sock.not-listening"
    private static let twice = "host.sock.two-listeners"

    func run(_ host: HostContext) -> [Evidence] {
        switch host.latest.sockets {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let table): [missing(host, table), twice(host, table)]
        }
    }

    private func missing(_ host: HostContext, _ table: SocketTable) -> Evidence {
        guard let port = host.scope.servicePort else {
            return host.unknown(
                Self.missing, Obstacle(.needsScope, "the service's port", "--port PORT"))
        }
        let listeners = host.listeners(table)
        guard !listeners.isEmpty else {
            return host.present(Self.missing, "nothing listens on port \(port)")
        }
        guard listeners.contains(where: { !$0.local.address.isLoopback }) else {
            let names = listeners.map(\.local.description).joined(separator: ", ")
            return host.present(Self.missing, "port \(port) is open only on loopback: \(names)")
        }
        // An IPv6 socket on `::` takes IPv4, too (ipv6(7), IPV6_V6ONLY); one on `0.0.0.0` no IPv6.
        let wanted = host.scope.remote?.addresses ?? []
        if !wanted.isEmpty, wanted.allSatisfy({ !$0.isIPv4 }), !listeners.contains(where: \.isIPv6)
        {
            return host.present(Self.missing, "port \(port) is open for IPv4 only")
        }
        return host.absent(
            Self.missing,
            "port \(port) is open on " + listeners.map(\.local.description).joined(separator: ", "))
    }

    /// Workers that share one listener, or open one each by the same parent, are one service.
    private func twice(_ host: HostContext, _ table: SocketTable) -> Evidence {
        let processes = host.latest.processes.value ?? ProcessTable()
        let shared = Dictionary(grouping: host.listeners(table), by: \.local)
            .filter { $0.value.count > 1 }
        guard !shared.isEmpty else {
            return host.absent(Self.twice, "no two sockets listen on one address and port")
        }
        for (local, sockets) in shared.sorted(by: { $0.key < $1.key }) {
            let owners = sockets.compactMap { table.owner(of: $0) }
            let roots = Set(owners.map { root(of: $0.pid, named: $0.name, processes) })
            guard roots.count > 1 else { continue }
            let pids = roots.sorted().map(String.init).joined(separator: " and ")
            return host.present(
                Self.twice, "processes \(pids) listen both on \(local) (SO_REUSEPORT)",
                count: roots.count)
        }
        let unowned = shared.values.joined().contains { table.owner(of: $0) == nil }
        return unowned
            ? host.unknown(
                Self.twice, Obstacle(.notPermitted, "who listens", table.ownersUnknown))
            : host.absent(Self.twice, "listeners of one address belong to one service")
    }

    /// The oldest ancestor of the same name.
    private func root(of pid: Int32, named name: String, _ processes: ProcessTable) -> Int32 {
        var root = pid
        for _ in 0..<32 {
            guard let parent = processes[root]?.parent, processes[parent]?.name == name else {
                break
            }
            root = parent
        }
        return root
    }
}
