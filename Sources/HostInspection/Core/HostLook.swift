internal import Glibc

/// One look at the namespace of a reader, in the order that keeps what changes fastest close
/// together: counters, sockets, processes, then the slow rest.
struct HostLook {
    let reader: HostReader
    let scope: HostScope

    func snapshot() -> HostSnapshot {
        var snapshot = HostSnapshot()
        snapshot.time = Self.now(CLOCK_REALTIME)
        snapshot.sinceBoot = Self.now(CLOCK_BOOTTIME)
        snapshot.kernel = kernel()
        snapshot.counters = CounterReader(reader: reader).table()
        snapshot.processes = ProcessScan.look(reader)
        snapshot.sockets = SocketTable.look(reader, kernel: snapshot.kernel)
        addOwners(&snapshot)
        snapshot.network = NetworkReader(reader: reader, scope: scope).state()
        snapshot.system = SystemReader(reader: reader).state(snapshot.processes.value)
        snapshot.limits = LimitReader(reader: reader, scope: scope, snapshot: snapshot).limits()
        return snapshot
    }

    private func kernel() -> String {
        let text = reader.text("/proc/sys/kernel/osrelease", limit: 256).value ?? ""
        return String(text.prefix { !$0.isWhitespace && $0 != "/" })
    }

    /// Who holds which socket, and the details of the processes that matter.
    private func addOwners(_ snapshot: inout HostSnapshot) {
        var table = snapshot.sockets.value ?? SocketTable()
        guard case .known(var processes) = snapshot.processes else {
            table.ownersObstacle = snapshot.processes.obstacle
            snapshot.sockets = snapshot.sockets.map { _ in table }
            return
        }
        let scan = SocketOwnerScan(table)
        let descriptors = scan.fill(&table, processes: processes.processes, reader: reader)
        table.unreadableProcesses += processes.unreadable
        let deep = ServiceProcesses.interesting(table, processes, scope)
        for index in processes.processes.indices {
            let pid = processes.processes[index].pid
            let detail = ProcessDetailReader(reader: reader, pid: pid)
            processes.processes[index].detail = detail.detail(
                descriptors: descriptors[pid]
                    ?? .unknown(Obstacle(.vanished, reader.path("/proc/\(pid)/fd"))),
                isDeep: deep.contains(pid))
        }
        snapshot.processes = .known(processes)
        snapshot.sockets = snapshot.sockets.map { _ in table }
    }

    /// Nanoseconds of a clock.
    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
