/// Gathers what can run out: of the host, of its processes, of listeners and of cgroups.
struct LimitReader {
    /// Of each kind that may have many only the fullest are listed.
    private static let most = 20

    let reader: HostReader
    let scope: HostScope
    let snapshot: HostSnapshot

    func limits() -> [Limit] {
        files() + processes() + users() + ports() + backlogs() + network() + memory()
            + identifiers()
            + CgroupReader(reader: reader, scope: scope, snapshot: snapshot).limits()
    }

    /// file-nr: allocated, 0, maximum (Documentation/admin-guide/sysctl/fs.rst).
    private func files() -> [Limit] {
        let numbers = reader.wholeText("/proc/sys/fs/file-nr", limit: 256).flatMap { text in
            let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
            return numbers.count == 3
                ? Observed.known(numbers)
                : .unknown(Obstacle(.malformed, reader.path("/proc/sys/fs/file-nr")))
        }
        return [
            Limit(
                name: "files.system", used: numbers.map { $0[0] },
                // The default is the largest number: no limit.
                maximum: numbers.map { $0[2] >= UInt64(Int64.max) ? nil : $0[2] })
        ]
    }

    private func processes() -> [Limit] {
        let table = snapshot.processes.value ?? ProcessTable()
        let chosen = ServiceProcesses.selected(snapshot.sockets.value, table, scope)
        let all = table.processes.compactMap { process -> Limit? in
            guard let detail = process.detail, chosen.isEmpty || chosen.contains(process.pid)
            else { return nil }
            return Limit(
                name: "files.process", subject: "pid \(process.pid) (\(process.name))",
                used: detail.descriptors, maximum: detail.descriptorLimit)
        }
        return fullest(all)
    }

    /// Threads of each user but root (who may exceed it) against the smallest RLIMIT_NPROC among
    /// them (getrlimit(2)).
    private func users() -> [Limit] {
        var threads: [UInt32: UInt64] = [:]
        var least: [UInt32: UInt64] = [:]
        for process in snapshot.processes.value?.processes ?? [] {
            guard let user = process.detail?.userID.value, user != 0 else { continue }
            threads[user, default: 0] &+= UInt64(max(0, process.threadCount))
            if case .known(let limit?)? = process.detail?.processLimit {
                least[user] = min(least[user] ?? .max, limit)
            }
        }
        let all = threads.sorted { $0.key < $1.key }.map { user, count in
            Limit(
                name: "threads.user", subject: "uid \(user)", used: .known(count),
                maximum: .known(least[user]))
        }
        return fullest(all)
    }

    /// Local ports towards one remote, of each local address; `ip_local_port_range` without the
    /// reserved ones (ip(7), Documentation/networking/ip-sysctl.rst).
    private func ports() -> [Limit] {
        let usage = EphemeralPorts(snapshot: snapshot)
        let range = usage.size
        guard let fullest = usage.busiest().fullest else {
            return [Limit(name: "ports.ephemeral", used: .known(0), maximum: range.map { $0 })]
        }
        return [
            Limit(
                name: "ports.ephemeral",
                subject: "\(fullest.local) to \(fullest.remote)",
                used: .known(UInt64(fullest.count)), maximum: range.map { $0 })
        ]
    }

    private func backlogs() -> [Limit] {
        guard let table = snapshot.sockets.value else { return [] }
        let all = table.sockets.lazy.filter { $0.state == .listen }.map { socket in
            Limit(
                name: "backlog.accept", subject: socket.local.description,
                used: .known(UInt64(socket.receiveQueue)),
                maximum: table.source == .netlink
                    ? .known(UInt64(socket.sendQueue))
                    : .unknown(
                        Obstacle(.unsupported, "the backlog", "/proc/net/tcp does not tell it")))
        }
        return fullest(Array(all))
    }

    private func network() -> [Limit] {
        let network = snapshot.network
        let neighbours = network.neighbours
        // The limit is one for all namespaces; permanent entries (NUD_PERMANENT, NUD_NOARP) do
        // not count (neigh_alloc, net/core/neighbour.c).
        func count(_ isIPv4: Bool) -> Observed<UInt64> {
            let whole = snapshot.counters[isIPv4 ? "ARPCache.entries" : "NDiscCache.entries"]
            return whole.map(Observed.known)
                ?? neighbours.map { all in
                    UInt64(all.count { $0.address.isIPv4 == isIPv4 && $0.state & 0xC0 == 0 })
                }
        }
        func maximum(_ name: String) -> Observed<UInt64?> { network.number(name).map { $0 } }
        return [
            Limit(
                name: "conntrack.entries", used: network.number("net.netfilter.nf_conntrack_count"),
                maximum: maximum("net.netfilter.nf_conntrack_max")),
            Limit(
                name: "neighbours.ipv4", used: count(true),
                maximum: maximum("net.ipv4.neigh.default.gc_thresh3")),
            Limit(
                name: "neighbours.ipv6", used: count(false),
                maximum: maximum("net.ipv6.neigh.default.gc_thresh3")),
            Limit(
                name: "tcp.orphans", used: level("Sockstat.TCP.orphan"),
                maximum: maximum("net.ipv4.tcp_max_orphans")),
            Limit(
                name: "tcp.time-wait", used: level("Sockstat.TCP.tw"),
                maximum: maximum("net.ipv4.tcp_max_tw_buckets")),
            Limit(
                name: "tcp.memory", used: level("Sockstat.TCP.mem"), maximum: tcpMemory(),
                unit: "pages"),
        ]
    }

    private func level(_ name: String) -> Observed<UInt64> {
        snapshot.counters[name].map(Observed.known)
            ?? .unknown(
                snapshot.counters.obstacles.first ?? Obstacle(.missing, name))
    }

    /// tcp_mem: low, pressure, high, in pages.
    private func tcpMemory() -> Observed<UInt64?> {
        (snapshot.network.sysctls["net.ipv4.tcp_mem"] ?? .unknown(Obstacle(.missing, "tcp_mem")))
            .flatMap { text in
                let numbers = text.split(separator: " ").compactMap { UInt64($0) }
                return numbers.count == 3
                    ? .known(numbers[2]) : .unknown(Obstacle(.malformed, "tcp_mem"))
            }
    }

    private func memory() -> [Limit] {
        let values = reader.wholeText("/proc/meminfo", limit: 64 << 10).map(Self.meminfo)
        func limit(_ name: String, total: String, free: String) -> Limit {
            let used = values.flatMap { values -> Observed<UInt64> in
                guard let total = values[total], let free = values[free] else {
                    return .unknown(Obstacle(.missing, "\(free) of /proc/meminfo"))
                }
                return .known(total >= free ? total - free : 0)
            }
            return Limit(
                name: name, used: used, maximum: values.map { $0[total] }, unit: "bytes")
        }
        return [
            limit("memory.host", total: "MemTotal", free: "MemAvailable"),
            limit("memory.swap", total: "SwapTotal", free: "SwapFree"),
        ]
    }

    /// Bytes by name; the file has `NAME: VALUE kB`.
    static func meminfo(_ text: String) -> [String: UInt64] {
        var values: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].last == ":", let value = UInt64(words[1]) else {
                continue
            }
            values[String(words[0].dropLast())] =
                value.multipliedReportingOverflow(by: 1024)
                .partialValue
        }
        return values
    }

    /// Threads of the host (loadavg: `running/all`), and the entropy that is left.
    private func identifiers() -> [Limit] {
        let threads = reader.wholeText("/proc/loadavg", limit: 256).flatMap { text in
            let word = text.split(separator: " ").dropFirst(3).first?.split(separator: "/").last
            return word.flatMap { UInt64($0) }.map(Observed.known)
                ?? .unknown(Obstacle(.malformed, reader.path("/proc/loadavg")))
        }
        func maximum(_ path: String) -> Observed<UInt64?> {
            HostFile.number(reader.path(path)).map { $0 }
        }
        return [
            Limit(
                name: "threads.host", used: threads,
                maximum: maximum("/proc/sys/kernel/threads-max")),
            Limit(name: "pids.host", used: threads, maximum: maximum("/proc/sys/kernel/pid_max")),
            Limit(
                name: "entropy.available",
                used: HostFile.number(reader.path("/proc/sys/kernel/random/entropy_avail")),
                maximum: maximum("/proc/sys/kernel/random/poolsize"), unit: "bits"),
        ]
    }

    private func fullest(_ limits: [Limit]) -> [Limit] {
        Array(limits.sorted { ($0.share ?? -1) > ($1.share ?? -1) }.prefix(Self.most))
    }
}
