/// The processes in scope in both looks, and what they hold.
struct ServiceView {
    let host: HostContext
    let table: SocketTable
    /// In scope, in the newest look.
    let processes: [ProcessRecord]

    /// Unknown when nobody said which service, or nothing of it shows.
    static func of(_ host: HostContext) -> Observed<ServiceView> {
        host.latest.processes.flatMap { processes in
            host.latest.sockets.flatMap { table in
                let scope = host.scope
                guard scope.process != nil || scope.servicePort != nil else {
                    return .unknown(
                        Obstacle(.needsScope, "the service", "--process NAME or --port PORT"))
                }
                let pids = Set(ServiceProcesses.selected(table, processes, scope))
                let records = processes.processes.filter { pids.contains($0.pid) }
                guard !records.isEmpty else {
                    return .unknown(
                        Obstacle(
                            .missing, "a process of the service",
                            processes.hidesOthers ? ProcessTable.hidden : table.ownersUnknown))
                }
                return .known(ServiceView(host: host, table: table, processes: records))
            }
        }
    }

    var pids: Set<Int32> { Set(processes.map(\.pid)) }

    /// LISTEN sockets of the service. A worker that inherited one does not own it here, the
    /// first holder does.
    var listeners: [Socket] {
        let own = pids
        return table.sockets.filter { socket in
            socket.state == .listen
                && (table.owner(of: socket).map { own.contains($0.pid) } ?? false
                    || host.scope.servicePort == socket.local.port)
        }
    }

    var waiting: Int { listeners.reduce(0) { $0 + Int($1.receiveQueue) } }

    /// Workers: those without children of their own in scope when a parent has several of its
    /// name (prefork), else all.
    var workers: [ProcessRecord] {
        let parents = Set(processes.map(\.parent))
        let leaves = processes.filter { !parents.contains($0.pid) }
        return leaves.isEmpty ? processes : leaves
    }

    /// The same process in the first look.
    func before(_ process: ProcessRecord) -> ProcessRecord? {
        guard host.second != nil, let old = host.first.processes.value?[process.pid],
            old.started == process.started
        else { return nil }
        return old
    }
}

extension ThreadRecord {
    /// What a thread does, as far as it may be seen.
    enum Activity: Hashable {
        case running, stopped, diskSleep, accepting, reading, polling, other
        case unknown
    }

    var activity: Activity {
        switch state {
        case "R": return .running
        case "T", "t": return .stopped
        case "D": return .diskSleep
        default: break
        }
        if case .known(let call?) = systemCall {
            switch call {
            case "accept", "accept4": return .accepting
            case "read", "readv", "recvfrom", "recvmsg": return .reading
            case let call where SystemCallNames.pollCalls.contains(call): return .polling
            default: return .other
            }
        }
        guard case .known(let channel) = waitChannel, !channel.isEmpty else { return .unknown }
        switch channel {
        case "inet_csk_accept", "inet_csk_wait_for_connect": return .accepting
        case "wait_woken", "sk_wait_data", "tcp_recvmsg", "tcp_recvmsg_locked",
            "__skb_wait_for_more_packets", "unix_stream_read_generic":
            return .reading
        case "do_sys_poll", "poll_schedule_timeout", "ep_poll", "do_epoll_wait", "do_select",
            "do_poll", "schedule_hrtimeout_range", "schedule_hrtimeout_range_clock":
            return .polling
        default: return .other
        }
    }
}
