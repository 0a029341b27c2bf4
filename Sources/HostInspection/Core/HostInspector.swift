/// Looks at a host. Blocks for up to a second or so: call it on a thread of its own.
///
/// Changes nothing: loads no kernel module, resets no counter, sends no packet.
public struct HostInspector: Sendable {
    public var root: HostRoot
    public var scope: HostScope

    public init(root: HostRoot = HostRoot(), scope: HostScope = HostScope()) {
        self.root = root
        self.scope = scope
    }

    /// One look. What cannot be read is in the snapshot as unknown, with the reason; when the
    /// network namespace cannot be entered, everything is.
    public func look() -> HostSnapshot {
        let scope = scope
        let look = HostReader.within(scope.networkNamespace, root: root) { reader in
            HostLook(reader: reader, scope: scope).snapshot()
        }
        switch look {
        case .known(let snapshot): return snapshot
        case .unknown(let obstacle): return HostSnapshot(obstacle: obstacle)
        }
    }
}

extension HostInspector {
    /// Why sock_diag is not asked for TCP sockets on such a host; `nil`: asking loads no module.
    public static func socketDiagnosticsObstacle(root: HostRoot, kernel: String) -> Obstacle? {
        DiagnosticsModule.obstacle(HostReader(root: root), kernel: kernel)
    }
}

extension HostSnapshot {
    /// A look at nothing, for one and the same reason.
    init(obstacle: Obstacle) {
        self.init(
            sockets: .unknown(obstacle), processes: .unknown(obstacle),
            network: NetworkState(
                interfaces: .unknown(obstacle), routes: .unknown(obstacle),
                neighbours: .unknown(obstacle), conntrack: .unknown(obstacle),
                resolver: .unknown(obstacle)),
            system: SystemState(
                clock: .unknown(obstacle), trustStore: .unknown(obstacle),
                processors: .unknown(obstacle), pressureObstacle: obstacle))
        counters.obstacles = [obstacle]
    }
}
