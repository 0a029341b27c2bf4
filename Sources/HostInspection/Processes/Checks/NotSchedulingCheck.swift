internal import Casebook

/// Whether the service runs at all when there is work for it.
struct NotSchedulingCheck: HostCheck {
    let name = "not-scheduling"
    let establishes: [FactID] = ["host.proc.not-scheduling"]

    func run(_ host: HostContext) -> [Evidence] {
        switch ServiceView.of(host) {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let service): [evidence(host, service)]
        }
    }

    private func evidence(_ host: HostContext, _ service: ServiceView) -> Evidence {
        let id = establishes[0]
        let stopped = service.processes.filter { $0.state == "T" || $0.state == "t" }
        if let one = stopped.first {
            return host.present(
                id, "\(one.name) (pid \(one.pid)) is stopped (state \(one.state))",
                count: stopped.count)
        }
        if let obstacle = host.needs(seconds: 5, for: "whether the service runs") {
            // Without work and not in disk sleep there is nothing to wait for.
            return service.waiting == 0 && !service.processes.contains { $0.state == "D" }
                ? host.absent(id, "the service is neither stopped nor in state D, nothing waits")
                : host.unknown(id, obstacle)
        }
        let idle = service.processes.filter { process in
            service.before(process).map { $0.cpuTicks == process.cpuTicks } ?? false
        }
        if let one = idle.first(where: { $0.state == "D" && service.before($0)?.state == "D" }) {
            return host.present(
                id, "\(one.name) (pid \(one.pid)) is in state D in both looks",
                measure: Evidence.Measure(value: host.interval, unit: "s"))
        }
        guard service.waiting > 0, idle.count == service.processes.count else {
            return host.absent(id, "the service ran between the looks, or nothing waits for it")
        }
        return sleeping(host, service)
    }

    /// No process ran though connections wait. One that sleeps in accept, read or poll waits for
    /// a peer; one that sleeps elsewhere hangs.
    private func sleeping(_ host: HostContext, _ service: ServiceView) -> Evidence {
        let id = establishes[0]
        let mains = service.workers.compactMap { process in
            process.detail?.threads.value?.first { $0.id == process.pid }
        }
        let activities = Set(mains.map(\.activity))
        guard !mains.isEmpty, !activities.contains(.unknown) else {
            return host.unknown(
                id,
                Obstacle(
                    .notPermitted, "what the service's threads wait for",
                    "they did not run for \(decimal(host.interval)) s"))
        }
        if activities.isSubset(of: [.reading, .polling, .accepting]) {
            return host.absent(
                id, "the service sleeps in read, poll or accept: it waits for a peer")
        }
        return host.present(
            id,
            "the service has not run for \(decimal(host.interval)) s while "
                + "\(counted(service.waiting, "connection")) wait, and waits for no peer",
            measure: Evidence.Measure(value: host.interval, unit: "s"))
    }
}
