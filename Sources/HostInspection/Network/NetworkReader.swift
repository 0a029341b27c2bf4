/// Reads interfaces, routes, neighbours, settings and the resolver of a network namespace.
struct NetworkReader {
    let reader: HostReader
    let scope: HostScope

    func state() -> NetworkState {
        var state = NetworkState()
        let files = NetworkFiles(reader: reader)
        if reader.canAskKernel {
            state.interfaces = RouteNetlink.interfaces()
            state.routes = RouteNetlink.routes()
            state.neighbours = RouteNetlink.neighbours()
        }
        if state.interfaces.value == nil { state.interfaces = files.interfaces() }
        if state.routes.value == nil { state.routes = files.routes(state.interfaces.value ?? []) }
        if state.neighbours.value == nil {
            state.neighbours = files.neighbours(state.interfaces.value ?? [])
        }
        state.conntrack = ConntrackList.entries(reader)
        for name in Self.sysctls { state.sysctls[name] = sysctl(name) }
        for interface in state.interfaces.value ?? [] {
            // A name cannot hold a slash; a dot in it stands for itself below `conf`.
            let path = "/proc/sys/net/ipv4/conf/\(interface.name)/rp_filter"
            state.sysctls["net.ipv4.conf.\(interface.name).rp_filter"] = text(path)
        }
        state.resolver = ResolverReader(reader: reader, scope: scope).configuration()
        return state
    }

    static let sysctls = [
        "net.core.somaxconn", "net.core.netdev_max_backlog", "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_tw_reuse",
        "net.ipv4.tcp_tw_recycle", "net.ipv4.tcp_mtu_probing", "net.ipv4.tcp_mem",
        "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.ipv4.tcp_max_orphans",
        "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_abort_on_overflow", "net.ipv4.tcp_retries2", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.conf.all.rp_filter", "net.ipv4.neigh.default.gc_thresh3",
        "net.ipv6.neigh.default.gc_thresh3", "net.netfilter.nf_conntrack_max",
        "net.netfilter.nf_conntrack_count",
    ]

    private func sysctl(_ name: String) -> Observed<String> {
        text("/proc/sys/" + name.split(separator: ".").joined(separator: "/"))
    }

    private func text(_ path: String) -> Observed<String> {
        // In a namespace that could not be entered these would be those of our own.
        if let obstacle = reader.namespaceObstacle, path.hasPrefix("/proc/sys/net/") {
            return .unknown(obstacle)
        }
        return reader.wholeText(path, limit: 4096).map { text in
            text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
    }
}
