/// Each flow's server in four bytes, by the flow's number: findings cite flows that are long gone.
struct ServersOfFlows: Sendable {
    private var indices: [UInt32] = []
    private(set) var servers = Interned<Endpoint>()

    /// The server's number.
    mutating func note(_ server: Endpoint, of flow: Int) -> UInt32 {
        let index = servers.number(of: server)
        while indices.count <= flow { indices.append(.max) }
        indices[flow] = index
        return index
    }

    subscript(flow: Int) -> Endpoint? {
        guard indices.indices.contains(flow) else { return nil }
        return indices[flow] == .max ? nil : servers[indices[flow]]
    }
}
