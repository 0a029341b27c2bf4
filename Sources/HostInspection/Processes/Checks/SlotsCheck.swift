internal import Casebook

/// Whether every worker process is taken while connections queue up.
///
/// Of pools inside one process (threads, an event loop's slots) the kernel knows nothing.
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
        guard workers.count > 1 else {
            return host.unknown(
                id,
                Obstacle(
                    .unsupported, "the pool of a single process",
                    "its status page or its metrics tell"))
        }
        let queue = AcceptQueueCheck().run(host).first { $0.id == "host.sock.accept-queue-waiting" }
        guard let queue, queue.state != .unknown else {
            return host.unknown(
                id, Obstacle(.needsSecondLook, "whether requests queue", queue?.summary ?? ""))
        }
        guard queue.state == .present, service.waiting > 0 else {
            return host.absent(id, "no connection waits for 5 s: some worker is free")
        }
        return host.present(
            id,
            "\(workers.count) workers, none of them accepts, and "
                + "\(counted(service.waiting, "connection")) wait",
            count: workers.count, measure: Evidence.Measure(value: 100, unit: "percent"))
    }
}
