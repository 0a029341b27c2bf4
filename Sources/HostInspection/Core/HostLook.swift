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
        readSockets(&snapshot)
        snapshot.network = NetworkReader(reader: reader, scope: scope).state()
        snapshot.system = SystemReader(reader: reader).state()
        readPressure(&snapshot)
        snapshot.limits = LimitReader(reader: reader, scope: scope, snapshot: snapshot).limits()
        return snapshot
    }

    private func readPressure(_ snapshot: inout HostSnapshot) {
        let groups = CgroupReader(reader: reader, scope: scope, snapshot: snapshot)
        switch groups.pressure() {
        case .known(let pressure): snapshot.system.pressure += pressure
        case .unknown(let obstacle): snapshot.system.pressureObstacle = obstacle
        }
    }

    private func kernel() -> String {
        let text = reader.text("/proc/sys/kernel/osrelease", limit: 256).value ?? ""
        return String(text.prefix { !$0.isWhitespace && $0 != "/" })
    }

    /// Sockets and who holds them. The large array has one owner all the time, so that it is
    /// never copied.
    private func readSockets(_ snapshot: inout HostSnapshot) {
        var processes: ProcessTable?
        switch ProcessScan.look(reader) {
        case .known(let table): processes = table
        case .unknown(let obstacle): snapshot.processes = .unknown(obstacle)
        }
        var obstacle: Obstacle?
        var table = SocketTable()
        do throws(Obstacle) {
            table = try SocketTable.look(reader, kernel: snapshot.kernel)
        } catch { obstacle = error }
        if var all = processes {
            let descriptors = SocketOwnerScan(table).fill(
                &table, processes: all.processes, reader: reader)
            table.unreadableProcesses += all.unreadable
            if all.hidesOthers {
                table.ownersObstacle = Obstacle(
                    .notPermitted, "who owns others' sockets", ProcessTable.hidden)
            }
            addDetails(&all, descriptors, table)
            snapshot.processes = .known(all)
        } else {
            table.ownersObstacle = snapshot.processes.obstacle
        }
        snapshot.sockets = obstacle.map(Observed.unknown) ?? .known(table)
    }

    private func addDetails(
        _ processes: inout ProcessTable, _ descriptors: [Int32: Observed<UInt64>],
        _ table: SocketTable
    ) {
        let deep = ServiceProcesses.interesting(table, processes, scope)
        for index in processes.processes.indices {
            let pid = processes.processes[index].pid
            let vanished = Obstacle(.vanished, reader.path("/proc/\(pid)/fd"))
            processes.processes[index].detail = ProcessDetailReader(reader: reader, pid: pid)
                .detail(
                    descriptors: descriptors[pid] ?? .unknown(vanished),
                    isDeep: deep.contains(pid))
        }
    }

    /// Nanoseconds of a clock.
    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
