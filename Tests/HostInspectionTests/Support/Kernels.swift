import Testing

/// Files of /proc as several kernels lay them out. That of 6.18 was recorded on the machine of
/// this project's first tests; the others are written by hand after the sources of those
/// kernels (the functions are named), with the numbers of one and the same state, so that all
/// must read alike.
struct KernelLayout: CustomTestStringConvertible, Sendable {
    var version: String
    var files: [String: String]

    var testDescription: String { version }

    static let all = [linux4_19, linux5_10, linux6_1, linux6_18]

    /// snmp_seq_show_tcp_udp (net/ipv4/proc.c): no MemErrors of UDP yet. softnet_seq_show
    /// (net/core/net-procfs.c): 11 columns. ct_cpu_seq_show (nf_conntrack_standalone.c):
    /// `searched`, `delete_list`. cgroup version 1.
    static let linux4_19 = KernelLayout(
        version: "4.19.0-24-amd64",
        files: common.merging(
            [
                "proc/sys/kernel/osrelease": "4.19.0-24-amd64\n",
                "proc/net/snmp": """
                Ip: Forwarding DefaultTTL InReceives InHdrErrors
                Ip: 1 64 9360 0
                Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
                Tcp: 1 200 120000 -1 53 23 2 6 3 1737 1169 11 0 14 7
                Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti
                Udp: 7620 0 0 7623 0 0 2 0

                """,
                "proc/net/softnet_stat": """
                00010000 00000003 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
                00035000 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000

                """,
                "proc/net/stat/nf_conntrack": """
                entries  searched found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
                00000064  00000000 00000000 00000000 00000005 00000000 00000000 00000000 00000000 00000009 00000004 00000001 00000000  00000000 00000000 00000000 00000000
                00000064  00000000 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000001 00000000 00000000 00000000  00000000 00000000 00000000 00000000

                """,
                "proc/77/cgroup": "9:pids:/system.slice/web.service\n"
                    + "4:memory:/system.slice/web.service\n1:name=systemd:/system.slice/web.service\n",
                "sys/fs/cgroup/pids/system.slice/web.service/pids.current": "95\n",
                "sys/fs/cgroup/pids/system.slice/web.service/pids.max": "100\n",
                "sys/fs/cgroup/memory/system.slice/web.service/memory.usage_in_bytes": "4096\n",
                "sys/fs/cgroup/memory/system.slice/web.service/memory.limit_in_bytes":
                    "9223372036854771712\n",
                "proc/self/mounts": "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n",
            ], uniquingKeysWith: { $1 }))

    /// softnet_seq_show: 13 columns (backlog, processor). ct_cpu_seq_show: `clashres`,
    /// `chainlength`. cgroup versions 1 and 2 side by side (hybrid).
    static let linux5_10 = KernelLayout(
        version: "5.10.0-23-amd64",
        files: linux4_19.files.merging(
            [
                "proc/sys/kernel/osrelease": "5.10.0-23-amd64\n",
                "proc/net/softnet_stat": """
                00010000 00000003 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
                00035000 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001

                """,
                "proc/net/stat/nf_conntrack": conntrackStatistics,
                "proc/77/cgroup": "9:pids:/system.slice/web.service\n"
                    + "4:memory:/system.slice/web.service\n0::/system.slice/web.service\n",
            ], uniquingKeysWith: { $1 }))

    /// snmp_seq_show_tcp_udp: MemErrors of UDP. cgroup version 2 alone.
    static let linux6_1 = KernelLayout(
        version: "6.1.0-13-amd64",
        files: common.merging(
            [
                "proc/sys/kernel/osrelease": "6.1.0-13-amd64\n",
                "proc/net/snmp": """
                Ip: Forwarding DefaultTTL InReceives InHdrErrors
                Ip: 1 64 9360 0
                Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
                Tcp: 1 200 120000 -1 53 23 2 6 3 1737 1169 11 0 14 7
                Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
                Udp: 7620 0 0 7623 0 0 2 0 0

                """,
                "proc/net/softnet_stat": linux5_10.files["proc/net/softnet_stat"] ?? "",
                "proc/net/stat/nf_conntrack": conntrackStatistics,
                "proc/77/cgroup": "0::/system.slice/web.service\n",
                "sys/fs/cgroup/system.slice/web.service/pids.current": "95\n",
                "sys/fs/cgroup/system.slice/web.service/pids.max": "100\n",
                "sys/fs/cgroup/system.slice/web.service/memory.current": "4096\n",
                "sys/fs/cgroup/system.slice/web.service/memory.max": "max\n",
                "proc/self/mounts": "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n",
            ], uniquingKeysWith: { $1 }))

    /// Recorded, numbers changed: OutTransmits of IP, 15 columns of softnet_stat.
    static let linux6_18 = KernelLayout(
        version: "6.18.44",
        files: linux6_1.files.merging(
            [
                "proc/sys/kernel/osrelease": "6.18.44\n",
                "proc/net/snmp": """
                Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates OutTransmits
                Ip: 2 64 9360 0 0 0 0 0 9360 8787 0 0 0 0 0 0 0 0 0 8787
                IcmpMsg: InType3
                IcmpMsg: 3
                Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
                Tcp: 1 200 120000 -1 53 23 2 6 3 1737 1169 11 0 14 7
                Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
                Udp: 7620 0 0 7623 0 0 2 0 0

                """,
                "proc/net/softnet_stat": """
                00010000 00000003 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
                00035000 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000

                """,
            ], uniquingKeysWith: { $1 }))

    private static let conntrackStatistics = """
        entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
        00000064  00000000 00000000 00000000 00000005 00000000 00000000 00000000 00000000 00000009 00000004 00000001 00000000  00000000 00000000 00000000 00000000
        00000064  00000000 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000001 00000000 00000000 00000000  00000000 00000000 00000000 00000000

        """

    /// What did not change between 4.19 and 6.18; rows recorded on 6.18.
    private static let common: [String: String] = [
        "proc/net/netstat": """
        TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPAbortOnData TCPAbortOnClose
        TcpExt: 0 4 5 6 7
        IpExt: InNoRoutes InOctets
        IpExt: 0 136361546

        """,
        "proc/net/sockstat": """
        sockets: used 27
        TCP: inuse 3 orphan 1 tw 2 alloc 9 mem 245
        UDP: inuse 0 mem 0
        RAW: inuse 0
        FRAG: inuse 0 memory 0

        """,
        "proc/net/dev": """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            lo: 65668981   11275    0    0    0     0          0         0 65668981   11275    0    0    0     0       0          0
        eth0.1:0: 7000      20    1    2    3     4          0         0     9000      30    5    6    7     8       9          0

        """,
        "proc/net/tcp": """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000:0050 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 491 1 00000000796ebaef 100 0 0 10 0
           1: 0100007F:5194 020200C0:01BB 01 00000100:00000000 01:00000019 00000004    33        0 1733785 3 00000000ed6a348a 20 4 30 10 -1
           2: 0100007F:5195 020200C0:01BB 06 00000000:00000000 03:000016A5 00000000     0        0 0 3 0000000000000000

        """,
        "proc/net/tcp6": """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 492 1 0000000000000000 100 0 0 10 0
           1: B80D0120000000000000000001000000:1F90 0000000000000000FFFF00000100007F:C350 08 00000000:00000001 02:00000E10 00000000     0        0 493 1 0000000000000000 20 4 30 10 -1

        """,
        "proc/net/nf_conntrack":
            "ipv4     2 tcp      6 117 SYN_SENT src=10.0.0.1 dst=10.96.0.1 sport=40000 dport=443 "
            + "[UNREPLIED] src=10.1.0.9 dst=10.0.0.1 sport=6443 dport=40000 mark=0 zone=0 use=2\n"
            + "ipv6     10 udp      17 29 src=2001:db8::1 dst=2001:db8::2 sport=5 dport=53 "
            + "src=2001:db8::2 dst=2001:db8::1 sport=53 dport=5 mark=0 zone=0 use=2\n",
        "proc/77/stat": "77 (we) b (x) S 1 77 77 0 -1 4194560 9 0 0 0 5 6 0 0 20 0 9 0 2564478 "
            + "3133440 407 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0\n",
        "proc/2/stat": "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 "
            + "18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 0 0 0 0 0 0 0\n",
        "proc/77/status": "Name:\twe) b (x\nUid:\t33\t33\t33\t33\n",
        "proc/77/cmdline": "/usr/sbin/web\0-D\0",
        "proc/77/maps":
            "55d0-55d1 r-xp 00000000 08:01 7 /usr/lib/x86_64-linux-gnu/libssl.so.1.0.2\n"
            + "55d2-55d3 r-xp 00000000 08:01 8 /usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)\n",
        "proc/77/limits":
            """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             unlimited            unlimited            processes
        Max open files            1024                 524288               files

        """,
        "proc/77/task/77/stat": "77 (we) b (x) S 1 77 77 0 -1 4194560 9 0 0 0 5 6 0 0 20 0 9 0 "
            + "2564478 3133440 407 18446744073709551615\n",
        "proc/77/task/77/wchan": "inet_csk_accept",
        "etc/resolv.conf": "# made by nobody\nsearch a.test b.test\nnameserver 192.0.2.53\n"
            + "nameserver 2001:db8::53\noptions ndots:5 timeout:2 rotate",
    ]
}
