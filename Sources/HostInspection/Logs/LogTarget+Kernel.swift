public import Casebook

extension LogTarget {
    /// What the kernel writes, across the versions since 3.2 (net/ipv4/tcp_input.c, tcp.c,
    /// net/core/neighbour.c, mm/oom_kill.c, net/netfilter/nf_conntrack_core.c).
    public static let kernel: [LogTarget] = [
        LogTarget("host.kmsg.syn-flooding", "(?i)possible SYN flooding on port"),
        LogTarget(
            "host.kmsg.oom-kill", "(?i)(cgroup )?out of memory: kill(ed)? process [0-9]+"),
        LogTarget("host.kmsg.neighbour-overflow", "(?i)neighbou?r table overflow"),
        LogTarget(
            "host.kmsg.out-of-socket-memory",
            "TCP: (out of memory -- consider tuning tcp_mem|too many orphan(ed sockets|s))"),
        LogTarget("host.kmsg.out-of-socket-memory", "Out of socket memory"),
        LogTarget("host.conntrack.drops", "conntrack: table full, dropping packet"),
    ]

    /// Findings about which the kernel's log alone can say that there is nothing; other instruments
    /// know more of the rest.
    public static let kernelFindings: [FactID] = [
        "host.kmsg.syn-flooding", "host.kmsg.oom-kill", "host.kmsg.neighbour-overflow",
        "host.kmsg.out-of-socket-memory",
    ]

    private init(_ fact: FactID, _ pattern: String) {
        self.init(
            fact: fact,
            signature: LogSignature(form: .pattern, text: pattern, printedBy: "the Linux kernel"))
    }
}
