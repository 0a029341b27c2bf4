internal import Casebook

/// Whether every worker is taken while connections queue up: processes, or the threads of one.
struct SlotsCheck: HostCheck {
    let name = "slots"
    let establishes: [FactID] = ["host.proc.slots-exhausted"]

    func run(_ host: HostContext) -> [Evidence] {
        switch ServiceView.of(host) {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let service): [evidence(host, service)]
        }
    }

    private func evidence(_ host: HostContext, _ service: ServiceView) -> Evidence {
        let id = establishes[0]
        let workers = service.workers
        let threads = workers.map { $0.detail?.threads ?? .unknown(Obstacle(.missing, "threads")) }
        if threads.contains(where: { ($0.value ?? []).contains { $0.activity == .accepting } }) {
            return host.absent(id, "a worker sleeps in accept: it is free")
        }
        let pools = workers.compactMap(ThreadPool.init)
        guard workers.count > 1 || !pools.isEmpty else {
            return host.unknown(
                id,
                Obstacle(
                    .unsupported, "the pool of a single process",
                    "its status page or its metrics tell"))
        }
        guard !service.listeners.isEmpty else {
            return host.unknown(
                id, Obstacle(.unsupported, "whether work queues up", "the service does not listen"))
        }
        let queue = AcceptQueueCheck().run(host).first { $0.id == "host.sock.accept-queue-waiting" }
        guard let queue, queue.state != .unknown else {
            return host.unknown(
                id, Obstacle(.needsSecondLook, "whether requests queue", queue?.summary ?? ""))
        }
        guard queue.state == .present, service.waiting > 0 else { return idle(host, workers.count) }
        if let open = pools.first(where: { !$0.isBusy }) {
            return host.unknown(id, Self.obstacle(open))
        }
        let threadCount = pools.reduce(0) { $0 + $1.size }
        let text =
            pools.isEmpty
            ? "\(workers.count) workers, none of them accepts"
            : "\(counted(threadCount, "thread")) of \(counted(workers.count, "worker")), all but those "
                + "that hand out work run, read or write"
        return host.present(
            id, "\(text), and \(counted(service.waiting, "connection")) wait",
            count: pools.isEmpty ? workers.count : threadCount,
            measure: Evidence.Measure(value: 100, unit: "percent"))
    }

    /// Of one process requests may queue inside, where nobody sees them.
    private func idle(_ host: HostContext, _ workers: Int) -> Evidence {
        let id = establishes[0]
        guard workers > 1 else {
            return host.unknown(
                id,
                Obstacle(
                    .unsupported, "whether requests queue inside the process",
                    "none waits for 5 s to be accepted; its status page or its metrics tell"))
        }
        return host.absent(id, "no connection waits for 5 s: some worker is free")
    }

    private static func obstacle(_ pool: ThreadPool) -> Obstacle {
        if pool.unseen > 0 {
            return Obstacle(
                .notPermitted, "what the threads wait for",
                "\(pool.unseen) of \(pool.size) do not show it; root can")
        }
        return Obstacle(
            .unsupported, "whether the threads are idle",
            "\(pool.onLock) of \(pool.size) sleep on a lock and \(pool.inLoop) in epoll: idle, or "
                + "waiting inside the program; its status page or its metrics tell")
    }
}
