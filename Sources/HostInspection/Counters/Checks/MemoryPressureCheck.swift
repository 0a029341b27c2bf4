internal import Casebook

/// Whether TCP as a whole runs out of its memory.
struct MemoryPressureCheck: HostCheck {
    let name = "tcp-memory"
    let establishes: [FactID] = ["host.nstat.memory-pressure"]

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        if let (used, limit) = level(host.latest), used >= limit {
            return [
                host.present(
                    id, "TCP uses \(used) pages, its pressure limit (tcp_mem[1]) is \(limit)",
                    measure: Evidence.Measure(value: Double(used), unit: "count"))
            ]
        }
        return RisingCounterCheck(
            name, id, ["TcpExtTCPMemoryPressures", "TcpExtTCPAbortOnMemory"],
            "TCP came under memory pressure, or reset connections for lack of memory"
        ).run(host)
    }

    /// Pages in use, and the second number of tcp_mem (tcp(7)).
    private func level(_ snapshot: HostSnapshot) -> (UInt64, UInt64)? {
        let text = snapshot.network.sysctls["net.ipv4.tcp_mem"]?.value ?? ""
        let numbers = text.split(separator: " ").compactMap { UInt64($0) }
        guard numbers.count == 3, let used = snapshot.counters["Sockstat.TCP.mem"] else {
            return nil
        }
        return (used, numbers[1])
    }
}
