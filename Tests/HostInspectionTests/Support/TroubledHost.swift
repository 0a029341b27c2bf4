import HostInspection

/// The files of a host in much trouble at once, in two looks; written by hand in the layout of
/// Linux 5.15 (x86-64), short so that every prefix can be tried.
enum TroubledHost {
    /// What the second look must show, with the file that shows it.
    static let findings: [String: [String]] = [
        "proc/net/snmp": ["host.nstat.out-resets", "host.nstat.retrans-high"],
        "proc/net/netstat": ["host.nstat.abort-on-close", "host.nstat.listen-overflows"],
        "proc/net/tcp": ["host.sock.syn-sent-many"],
        "proc/net/softnet_stat": ["host.nstat.softnet-drops"],
        "proc/net/stat/nf_conntrack": ["host.conntrack.drops", "host.conntrack.insert-failed"],
        "proc/net/dev": ["host.net.iface-drops"],
        "proc/net/sockstat": ["host.nstat.memory-pressure"],
        "proc/net/route": ["host.net.multihomed"],
        "proc/net/arp": ["host.neigh.mac-flips"],
        "proc/net/nf_conntrack": ["host.conntrack.stale-dnat"],
        "proc/sys/net/ipv4/ip_local_port_range": ["host.sysctl.port-range-small"],
        "proc/sys/net/netfilter/nf_conntrack_count": ["host.conntrack.near-full"],
        "proc/stat": ["host.cpu.softirq-saturated"],
        "proc/77/limits": ["host.fd.near-limit"],
        "proc/77/stat": ["host.fd.near-limit"],
        "proc/sys/net/ipv4/tcp_mem": ["host.nstat.memory-pressure"],
        "proc/sys/net/ipv4/tcp_mtu_probing": ["host.sysctl.mtu-probing-off"],
    ]

    static let first = files(later: 0)
    static let second = files(later: 1)

    private static func files(later: Int) -> [String: String] {
        [
            "proc/sys/kernel/osrelease": "5.15.0-76-generic\n",
            "proc/net/snmp": """
            Tcp: RtoAlgorithm MaxConn ActiveOpens OutSegs RetransSegs OutRsts
            Tcp: 1 -1 5 \(1000 + later * 500) \(later * 50) \(later * 9)

            """,
            "proc/net/netstat": """
            TcpExt: ListenOverflows ListenDrops TCPAbortOnClose
            TcpExt: \(later * 3) \(later * 3) \(later * 4)

            """,
            "proc/net/sockstat": "sockets: used 9\nTCP: inuse 25 orphan 0 tw 0 alloc 25 mem 950\n",
            "proc/net/softnet_stat": """
            00000100 0000000\(later * 7) 00000000 00000000 00000000 00000000 00000000
            00000100 00000000 00000000 00000000 00000000 00000000 00000000

            """,
            "proc/net/stat/nf_conntrack": """
            entries  clashres found new invalid insert insert_failed drop early_drop
            0000005f 00000000 00000000 00000000 00000000 00000000 0000000\(later * 2) 0000000\(later * 8) 00000000

            """,
            "proc/net/dev": """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
              eth0: 1000 10 0 \(later * 30) 0 0 0 0 1000 10 0 0 0 0 0 0

            """,
            "proc/net/tcp": "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
                + "retrnsmt   uid  timeout inode\n"
                + (0..<20).map { row in
                    "  \(row): 0100000A:\(hex(40000 + row)) 020200C0:0050 02 00000001:00000000 "
                        + "01:00000064 00000000     0        0 \(900 + row) 1 0000000000000000\n"
                }.joined(),
            "proc/net/route": """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask
            eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000
            eth1\t00000000\t0101000A\t0003\t0\t0\t9\t00000000

            """,
            "proc/net/arp": """
            IP address       HW type     Flags       HW address            Mask     Device
            10.0.0.1         0x1         0x2         02:00:00:00:00:0\(later)     *        eth0

            """,
            "proc/net/nf_conntrack": "ipv4     2 udp      17 29 src=10.0.0.1 dst=10.96.0.10 "
                + "sport=40000 dport=53 [UNREPLIED] src=10.1.0.9 dst=10.0.0.1 sport=53 "
                + "dport=40000 mark=0 zone=0 use=2\n",
            "proc/sys/net/ipv4/ip_local_port_range": "32768\t40000\n",
            "proc/sys/net/ipv4/tcp_mem": "800\t900\t1000\n",
            "proc/sys/net/ipv4/tcp_mtu_probing": "0\n",
            "proc/sys/net/ipv4/tcp_keepalive_time": "7200\n",
            "proc/sys/net/netfilter/nf_conntrack_count": "95\n",
            "proc/sys/net/netfilter/nf_conntrack_max": "100\n",
            "proc/stat": "cpu  9 9 9 9 9 9 9 9 0 0\n"
                + "cpu0 100 0 100 1000 0 0 \(100 + later * 900) 0 0 0\n"
                + "cpu1 100 0 100 \(1000 + later * 1000) 0 0 100 0 0 0\n",
            "proc/77/stat": "77 (web (1)\n) S 1 77 77 0 -1 4194560 9 0 0 0 5 5 0 0 20 0 1 0 100 "
                + "1000000 50 18446744073709551615\n",
            "proc/77/limits": "Limit                     Soft Limit           Hard Limit\n"
                + "Max processes             100                  100                  processes\n"
                + "Max open files            10                   10                   files\n",
        ]
    }

    private static func hex(_ number: Int) -> String { String(number, radix: 16, uppercase: true) }

    /// Both looks, ten seconds apart; descriptors are links.
    static func trees() throws -> (first: RecordedTree, second: RecordedTree) {
        let trees = (try RecordedTree(first), try RecordedTree(second))
        for tree in [trees.0, trees.1] {
            for number in 0..<10 {
                try tree.link("proc/77/fd/\(number)", to: "socket:[\(900 + number)]")
            }
        }
        return trees
    }

    static func context(_ first: HostSnapshot, _ second: HostSnapshot) -> HostContext {
        var second = second
        second.sinceBoot = first.sinceBoot + 10_000_000_000
        return HostContext(first: first, second: second)
    }
}
