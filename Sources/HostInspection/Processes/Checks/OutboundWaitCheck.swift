internal import Casebook

/// Whether most workers wait for one and the same remote that does not answer.
struct OutboundWaitCheck: HostCheck {
    let name = "outbound-wait"
    let establishes: [FactID] = ["host.proc.waits-on-outbound-read"]

    /// Milliseconds; no usual answer takes longer, as in `host.sock.asked-never-answered`.
    private static let silence: UInt32 = 10_000

    func run(_ host: HostContext) -> [Evidence] {
        switch ServiceView.of(host) {
        case .unknown(let obstacle): host.unknown(establishes, obstacle)
        case .known(let service): [evidence(host, service)]
        }
    }

    private func evidence(_ host: HostContext, _ service: ServiceView) -> Evidence {
        let id = establishes[0]
        let workers = service.workers
        let workerIDs = Set(workers.map(\.pid))
        let listening = service.table.listeningPorts
        let outbound = service.table.sockets.lazy.filter { socket in
            socket.state == .established && !listening.contains(socket.local.port)
                && service.table.owner(of: socket).map { workerIDs.contains($0.pid) } ?? false
        }
        guard outbound.first != nil else {
            return host.absent(id, "no worker has an outbound connection")
        }
        guard outbound.contains(where: \.hasInfo) else {
            return host.unknown(id, service.table.agesUnknown)
        }
        // Silent since it sent: nothing came after the last bytes that went out.
        let silent = outbound.filter { socket in
            socket.hasInfo && socket.silence >= Self.silence
                && (socket.timer == .none || socket.timer == .keepalive)
                && (socket.bytesReceived == 0 || socket.lastReceived > socket.lastSent)
        }
        var remotes: [SocketAddress: Set<Int32>] = [:]
        for socket in silent {
            guard let owner = service.table.owner(of: socket) else { continue }
            remotes[socket.remote, default: []].insert(owner.pid)
        }
        guard
            let (remote, pids) = remotes.max(by: {
                ($0.value.count, $1.key) < ($1.value.count, $0.key)
            })
        else { return host.absent(id, "no worker waits for a silent remote for 10 s") }
        return evidence(host, workers, remote, pids)
    }

    private func evidence(
        _ host: HostContext, _ workers: [ProcessRecord], _ remote: SocketAddress, _ pids: Set<Int32>
    ) -> Evidence {
        let id = establishes[0]
        let holders = workers.filter { pids.contains($0.pid) }
        let threads = holders.flatMap { $0.detail?.threads.value ?? [] }
        guard threads.contains(where: { $0.activity != .unknown }) else {
            return host.unknown(
                id,
                Obstacle(
                    .notPermitted, "what the workers wait for",
                    "\(holders.count) of \(workers.count) have a silent connection to \(remote)"))
        }
        let asleep = holders.filter { process in
            (process.detail?.threads.value ?? []).contains {
                $0.activity == .reading || $0.activity == .polling
            }
        }
        let text =
            "\(asleep.count) of \(workers.count) workers sleep in read or poll and have a "
            + "connection to \(remote) that was silent for 10 s or longer, without a deadline of the kernel"
        let measure = Evidence.Measure(value: Double(asleep.count), unit: "count")
        return asleep.count * 2 > workers.count
            ? host.present(id, text, count: asleep.count, measure: measure)
            : host.absent(id, text, measure: measure)
    }
}
